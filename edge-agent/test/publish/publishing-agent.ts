import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { TestContext } from 'node:test';
import { createLogger } from '@emotion-fleet/service';
import { AgentClock } from '../../src/clock/agent-clock.ts';
import { systemTime } from '../../src/clock/system-time.ts';
import { FileOutbox } from '../../src/outbox/file-outbox.ts';
import { FolderFiles } from '../../src/outbox/folder-files.ts';
import { backoffDelays } from '../../src/publish/backoff.ts';
import { DurableCounter } from '../../src/publish/durable-counter.ts';
import { MqttPublisher } from '../../src/publish/mqtt-publisher.ts';
import type { MqttPublisherOptions } from '../../src/publish/publisher-options.ts';
import { modelId } from '../outbox/drafts.ts';
import { TestBroker } from './test-broker.ts';
import { undoAtEnd } from './undo.ts';

export const deviceId = 'camera-1';

/** Stopped at the end of the test. */
export async function brokerOf(context: TestContext): Promise<TestBroker> {
  const broker = new TestBroker();
  await broker.start();
  undoAtEnd(context, () => broker.stop());
  return broker;
}

export async function folderOf(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'outbox-'));
  undoAtEnd(context, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface AgentOptions {
  readonly url: string;
  readonly folder: string;
  readonly clockMode?: 'auto' | 'trust';
  readonly publisher?: Partial<MqttPublisherOptions>;
}

/** An outbox and its publisher, started, and stopped at the end of the test. */
export async function agentOf(
  context: TestContext,
  { url, folder, clockMode, publisher }: AgentOptions,
) {
  const lines = new PassThrough();
  const logger = createLogger({ service: 'edge-agent', destination: lines });
  const runId = randomUUID();
  const files = new FolderFiles({ folder });
  const clock = new AgentClock({
    systemTime: systemTime({
      mode: clockMode ?? 'trust',
      timesyncFile: join(folder, 'never'),
      runChronyc: () => Promise.reject(new Error('no chrony')),
    }),
    logger,
    gatewayAfterMs: 0,
  });
  const outbox = new FileOutbox({ files, clock, runId, modelId, logger, flushIntervalMs: 10 });
  const sender = new MqttPublisher({
    url,
    deviceId,
    token: 'secret',
    runId,
    agentVersion: '1.2.3',
    modelId,
    outbox,
    clock,
    connectSeq: new DurableCounter({ files, name: 'connect-seq' }),
    logger,
    timeRequestIntervalMs: 20,
    newBackoff: () => backoffDelays({ baseMs: 5, maxMs: 20, random: Math.random }),
    ...publisher,
  });
  await clock.start();
  await outbox.start();
  await sender.start();
  const stop = async () => {
    await sender.stop();
    await outbox.stop();
    await clock.stop();
  };
  undoAtEnd(context, stop);
  return { clock, outbox, publisher: sender, runId, stop, log: () => String(lines.read() ?? '') };
}
