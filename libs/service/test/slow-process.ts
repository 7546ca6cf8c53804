/** Started by a test: a service of two parts, of which the second takes until it is told to go on. */
import { once } from 'node:events';
import { createLogger, runParts } from '@emotion-fleet/service';

const tell = (what: string) => void process.send?.(what);
const part = (name: string, start: () => Promise<unknown>) => ({
  start,
  stop: async () => tell(`${name} stopped`),
});
await runParts(
  [
    part('first', async () => undefined),
    part('second', async () => {
      tell('starting');
      await once(process, 'message');
    }),
  ],
  { logger: createLogger({ service: 'test' }) },
);
tell('started');
