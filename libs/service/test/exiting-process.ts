/** Started by a test: says something when it is asked to, and exits in the same turn. */
import { createLogger } from '@emotion-fleet/service';

const logger = createLogger({ service: 'test' });
process.once('message', () => {
  for (let line = 0; line < 100; line++) logger.info({ line }, 'nobody reads this');
  process.exit(0);
});
process.send?.('ready');
