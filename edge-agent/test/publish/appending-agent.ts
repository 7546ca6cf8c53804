/**
 * A child process of the kill test: appends and publishes as fast as it is told to, until it is killed or its input
 * ends. Arguments: folder, broker's URL, run id, seed, sample index to begin with.
 */
import { AgentClock } from '../../src/clock/agent-clock.ts';
import { systemTime } from '../../src/clock/system-time.ts';
import { FileOutbox } from '../../src/outbox/file-outbox.ts';
import { FolderFiles } from '../../src/outbox/folder-files.ts';
import { backoffDelays } from '../../src/publish/backoff.ts';
import { DurableCounter } from '../../src/publish/durable-counter.ts';
import { MqttPublisher } from '../../src/publish/mqtt-publisher.ts';
import { silentLogger } from '@emotion-fleet/service';
import { modelId, presenceDraft, sampleDraft } from '../outbox/drafts.ts';

const [folder = '', url = '', runId = '', firstIndex = '0', last = ''] = process.argv.slice(2);
const logger = silentLogger();
const files = new FolderFiles({ folder });
const clock = new AgentClock({ systemTime: systemTime({ mode: 'trust' }), logger });
const outbox = new FileOutbox({
  files,
  clock,
  runId,
  modelId,
  logger,
  flushIntervalMs: 15,
  markIntervalMs: 40,
  segmentBytes: 20_000,
});
const publisher = new MqttPublisher({
  url,
  deviceId: 'camera-1',
  token: 'secret',
  runId,
  agentVersion: '0.0.0',
  modelId,
  outbox,
  clock,
  connectSeq: new DurableCounter({ files, name: 'connect-seq' }),
  logger,
  batchRecords: 20,
  newBackoff: () => backoffDelays({ baseMs: 5, maxMs: 20, random: Math.random }),
});

await clock.start();
await outbox.start();
await publisher.start();
let index = Number(firstIndex);
const timer = setInterval(() => {
  for (let count = 0; count < 10; count += 1) outbox.append(sampleDraft(clock.nowMs(), index++));
  outbox.append(presenceDraft(clock.nowMs()));
}, 3);
await outbox.flush();
process.stdout.write('started\n');

if (last === 'last') {
  clearInterval(timer);
  for (let round = 0; round < 3; round += 1) {
    outbox.append(presenceDraft(clock.nowMs()));
    await outbox.flush();
    await publisher.drain(10_000);
  }
  await publisher.stop();
  await outbox.stop();
  process.stdout.write(`${JSON.stringify(outbox.status())}\n`);
}
