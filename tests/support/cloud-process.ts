/**
 * Gateway and processor on the files of a data folder, as a process that kills itself with SIGKILL in the middle
 * of its work. Arguments: data folder, MQTT port, how many steps of log and store to live for (0: for ever).
 */
import { join } from 'node:path';
import { Processor } from '@emotion-fleet/cloud-processor';
import { SqliteEventLog } from '@emotion-fleet/event-log';
import { Gateway, RegistryAuthenticator } from '@emotion-fleet/gateway';
import { SqliteDeviceRegistry, SqliteObservationStore } from '@emotion-fleet/observation-store';
import { silentLogger, startAll, stopOnSignal } from '@emotion-fleet/service';
import { KillSwitch } from './kill-switch.ts';

const [directory = '', port = '0', steps = '0'] = process.argv.slice(2);
const killSwitch = new KillSwitch({
  steps: Number(steps),
  kill: () => process.kill(process.pid, 'SIGKILL'),
});
const logger = silentLogger();
const innerLog = new SqliteEventLog({ file: join(directory, 'event-log.sqlite') });
const innerStore = new SqliteObservationStore({ directory });
const registry = new SqliteDeviceRegistry({ path: join(directory, 'registry.sqlite') });
const eventLog = killSwitch.aroundLog(innerLog);
const store = killSwitch.aroundStore(innerStore);
const authenticator = new RegistryAuthenticator({ registry });
const gateway = new Gateway({ eventLog, authenticator, logger, port: Number(port) });
const flush = { minIntervalMs: 1, maxIntervalMs: 50 };
const processor = new Processor({ eventLog, store, registry, logger, flush, maxBatchEntries: 150 });

await startAll([innerLog, innerStore, registry, processor, gateway]);
process.stdout.write(`listens on ${gateway.port}\n`);
stopOnSignal({
  logger,
  stop: async () => {
    await gateway.stop();
    const isDrained = await processor.drain(15_000);
    for (const part of [processor, registry, innerStore, innerLog]) await part.stop();
    if (!isDrained) throw new Error('the log was not read to its end');
  },
});
