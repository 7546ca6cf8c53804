/**
 * The Spark job on a real Kafka and a real Cassandra. Not a part of `npm test`, since it installs Spark:
 * `npm run test:spark`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Client } from 'cassandra-driver';
import {
  encodeLogged,
  logTopics,
  type Emotion,
  type LoggedRecord,
  type SampleRecord,
} from '@emotion-fleet/contracts';
import { CassandraServer, KafkaServer } from '@emotion-fleet/deploy';
import { KafkaEventLog, type LogEntry } from '@emotion-fleet/event-log';
import { CassandraObservationStore } from '@emotion-fleet/observation-store';
import { gap, presence, runId, sample, startAt, visit } from '../../test/support/records.ts';
import { sparkCommand, sparkFile } from '../spark-runtime.ts';

const run = promisify(execFile);
const keyspace = 'emotion_fleet';
const hourMs = 3_600_000;

const folder = await mkdtemp(join(tmpdir(), 'spark-job-'));
const kafka = new KafkaServer({ dataDirectory: join(folder, 'kafka') });
const cassandra = new CassandraServer({ dataDirectory: join(folder, 'cassandra') });
let log: KafkaEventLog;
let client: Client;

before(async () => {
  await Promise.all([kafka.start(), cassandra.start()]);
  const topics = { replicationFactor: 1, minInSyncReplicas: 1 };
  log = new KafkaEventLog({ brokers: [kafka.bootstrap], clientId: 'spark-test', topics });
  await log.start();
  const { contactPoint, localDataCenter } = cassandra;
  const contact = { contactPoints: [contactPoint], localDataCenter };
  const store = new CassandraObservationStore({
    cassandra: { ...contact, keyspace, replication: 1 },
  });
  await store.start(); // Makes the keyspace.
  await store.stop();
  client = new Client({ ...contact, keyspace });
  await client.connect();
});

after(async () => {
  await client.shutdown();
  await log.stop();
  await Promise.all([kafka.kill(), cassandra.kill()]);
  await rm(folder, { recursive: true, force: true });
});

test('writes the shares of each hour and device, each record once, and goes on where it stopped', async () => {
  let seq = 0;
  const next = (given: Partial<SampleRecord>): SampleRecord => sample({ seq: seq++, ...given });
  const happy = next({ emotion: 'happy', durationMs: 3_000 });
  await append([
    entry('camera-a', happy),
    entry('camera-a', next({ emotion: 'sad', durationMs: 1_000, observedAt: startAt + 60_000 })),
    // Delivered again, later.
    entry('camera-a', happy, startAt + 90_000),
    entry('camera-a', next({ emotion: 'neutral', observedAt: startAt + hourMs })),
    entry('camera-b', next({ emotion: 'uncertain', uncertainReason: 'too_small' })),
    // Whatever else stands in the topic counts for nothing.
    entry('camera-a', visit({ seq: seq++ })),
    entry('camera-a', presence({ seq: seq++ })),
    entry('camera-a', gap({ seq: seq++ })),
    entry('camera-a', { schema: 1, kind: 'rejected', runId, seq: seq++, reason: 'bad_shape' }),
    { key: 'camera-a', value: Buffer.from('no JSON') },
    { ...entry('camera-b', next({ emotion: 'sad' })), key: 'camera-a' },
  ]);
  await runJob();
  const later = {
    'camera-a 1': { neutral: [1, 1_000, 1] },
    'camera-b 0': { uncertain: [1, 1_000, 1] },
  };
  assert.deepEqual(await readShares(), {
    'camera-a 0': { happy: [1, 3_000, 0.75], sad: [1, 1_000, 0.25] },
    ...later,
  });

  await append([
    entry('camera-a', happy, startAt + hourMs),
    entry('camera-a', next({ emotion: 'happy', durationMs: 1_000 })),
  ]);
  await runJob();
  assert.deepEqual(await readShares(), {
    'camera-a 0': { happy: [2, 4_000, 0.8], sad: [1, 1_000, 0.2] },
    ...later,
  });
});

function entry(deviceId: string, record: LoggedRecord['record'], receivedAt = startAt): LogEntry {
  return { key: deviceId, value: encodeLogged({ deviceId, receivedAt, record }) };
}

async function append(entries: readonly LogEntry[]): Promise<void> {
  await log.append(logTopics.faceEmotions, entries);
}

async function runJob(): Promise<void> {
  const { command, parameters, environment } = await sparkCommand(sparkFile('hourly_shares.py'));
  const addresses = ['--brokers', kafka.bootstrap, '--cassandra', cassandra.contactPoint];
  const place = ['--keyspace', keyspace, '--checkpoint', join(folder, 'checkpoint'), '--once'];
  const env = { ...process.env, ...environment };
  await run(command, [...parameters, ...addresses, ...place], { env, timeout: 240_000 });
}

/** By device and hour (0 is the first): samples, face-time and share of each emotion that was seen. */
async function readShares() {
  const result = await client.execute('SELECT * FROM spark_hourly_shares');
  const shares: Record<string, Partial<Record<Emotion, number[]>>> = {};
  for (const row of result.rows) {
    const samples = Number(row['samples']);
    if (samples === 0) continue;
    const hour = ((row['hour'] as Date).getTime() - startAt) / hourMs;
    const place = `${row['device_id'] as string} ${String(hour)}`;
    const figures = [samples, row['face_time_ms'] as number, row['share'] as number];
    (shares[place] ??= {})[row['emotion'] as Emotion] = figures;
  }
  return shares;
}
