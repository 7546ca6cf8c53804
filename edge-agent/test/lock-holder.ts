/** A child process that holds a data directory until it is killed. Argument: the directory. */
import { silentLogger } from '@emotion-fleet/service';
import { DataLock } from '../src/data-lock.ts';

const [dataDirectory = ''] = process.argv.slice(2);
const lock = new DataLock({ dataDirectory, logger: silentLogger() });
await lock.start();
process.send?.('held');
process.on('disconnect', () => void lock.stop());
