/** Started by a test to be killed: owns a broker and says so. */
import { KafkaServer } from '../src/index.ts';

const server = new KafkaServer({ dataDirectory: process.argv[2] ?? '' });
await server.start();
process.stdout.write(`${String(server.pid)}\n`);
setInterval(() => undefined, 60_000);
