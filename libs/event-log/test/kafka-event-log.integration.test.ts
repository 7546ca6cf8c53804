import { describe } from 'node:test';
import { KafkaServer, skipWithoutStack } from '@emotion-fleet/deploy';
import { KafkaEventLog } from '../src/index.ts';
import { testEventLog } from './event-log-contract.ts';
import { TemporaryFolder } from './temporary-folder.ts';

describe('on a real broker', { skip: await skipWithoutStack() }, () => {
  testEventLog('KafkaEventLog', async () => {
    const folder = new TemporaryFolder();
    const server = new KafkaServer({ dataDirectory: folder.path });
    await server.start();
    return {
      open: async () => {
        const log = new KafkaEventLog({
          brokers: [server.bootstrap],
          clientId: 'contract',
          topics: { replicationFactor: 1, minInSyncReplicas: 1 },
          backOff: { firstMs: 5, maxMs: 50 },
        });
        await log.start();
        return log;
      },
      dispose: async () => {
        await server.stop();
        folder.dispose();
      },
    };
  });
});
