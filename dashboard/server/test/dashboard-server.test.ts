import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { startTestDashboard } from './support/test-dashboard.ts';

const info = { version: '0', profile: 'embedded', demo: false, minimumGroupSize: 10 };

test('listens on loopback alone while there are no accounts', async () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.org']) {
    await assert.rejects(startTestDashboard({ host }), {
      name: 'OperatorError',
      code: 'not_loopback',
    });
  }
});

test('refuses a group size that protects nobody, but in the demo', async () => {
  for (const minimumGroupSize of [0, 1, 9, 10.5, Number.NaN]) {
    await assert.rejects(startTestDashboard({ info: { ...info, minimumGroupSize } }), {
      name: 'OperatorError',
      code: 'group_too_small',
    });
  }
  await (await startTestDashboard({ info })).stop();
  await (await startTestDashboard({ info: { ...info, demo: true, minimumGroupSize: 1 } })).stop();
});

test('says in one sentence that a port is taken', async (context) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  context.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  await assert.rejects(startTestDashboard({ port }), {
    name: 'OperatorError',
    code: 'port_taken',
    message: new RegExp(`Port ${port} is taken`),
  });
});

test('starts again after it stopped, on the same metrics', async () => {
  const { dashboard, stop } = await startTestDashboard();
  await dashboard.stop();
  await dashboard.stop();
  const { port } = await dashboard.start();
  assert.ok(port > 0);
  await stop();
});
