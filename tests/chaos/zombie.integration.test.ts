import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { freePorts } from '@emotion-fleet/deploy';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ServiceProcess } from './service-process.ts';
import { makeZombie } from './zombie.ts';

/** Takes a batch of 5 records at each fifth question after its work, and has written it three questions later. */
const standIn = `
  const { createServer } = require('node:http');
  const [port, hasWork] = process.argv.slice(2);
  let asked = 0, received = 0, forwarded = 0;
  const work = () => {
    asked += 1;
    if (asked % 5 === 0) received += 5;
    if (asked % 5 === 3) forwarded = received;
  };
  const metrics = () => [
    'received_total ' + received,
    'forwarded_total ' + forwarded,
    'in_flight ' + (received - forwarded),
  ].map((line) => 'emotion_processor_records_' + line + '\\n').join('');
  createServer((_, response) => {
    if (hasWork === 'true') work();
    response.end(metrics());
  }).listen(Number(port), '127.0.0.1', () => console.log('processing'));
`;

async function startStandIn(t: TestContext, hasWork: boolean): Promise<ServiceProcess> {
  const folder = temporaryFolder('zombie');
  const file = join(folder.path, 'stand-in.cjs');
  writeFileSync(file, standIn);
  const [operatorPort] = await freePorts(1);
  const processor = new ServiceProcess({
    ...{ name: 'stand-in', file, operatorPort, readyText: 'processing' },
    arguments: [`${operatorPort}`, `${hasWork}`],
    logFile: join(folder.path, 'stand-in.log'),
  });
  t.after(async () => {
    await processor.kill();
    folder.remove();
  });
  await processor.start();
  return processor;
}

test('a processor is stopped with a batch in hand, and writes it after it wakes up', async (t) => {
  const processor = await startStandIn(t, true);
  const zombie = await makeZombie({ processor, whileStopped: async () => undefined });
  assert.deepEqual(zombie, { inHand: 5, writtenLate: 5 });
});

test('a processor without work is a zombie with nothing in hand', async (t) => {
  const processor = await startStandIn(t, false);
  const zombie = await makeZombie({
    ...{ processor, workLimitMs: 100 },
    whileStopped: async () => undefined,
  });
  assert.deepEqual(zombie, { inHand: 0, writtenLate: 0 });
});
