import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configValidators, logTopics, type ReportedConfig } from '@emotion-fleet/contracts';
import type { DeviceConfig, Problem } from '@emotion-fleet/contracts/api';
import { readGolden } from '@emotion-fleet/contracts/golden';
import { EventLogError } from '@emotion-fleet/event-log';
import { startTestDashboard, testNow, type TestDashboard } from '../../support/test-dashboard.ts';
import { waitUntil } from '../../support/wait-until.ts';

const url = '/api/v1/devices/door-1/config';
const zone = { x: 0, y: 0.5, width: 0.25, height: 0.5 };

async function put(
  { dashboard }: TestDashboard,
  payload: object | string,
  headers: Record<string, string> = {},
) {
  const response = await dashboard.app.inject({ method: 'PUT', url, payload, headers });
  return { status: response.statusCode, body: response.json<DeviceConfig & Problem>() };
}

async function report(
  { eventLog, get }: TestDashboard,
  change: Partial<ReportedConfig>,
): Promise<DeviceConfig> {
  const golden = readGolden('config-reported') as ReportedConfig;
  const { schema, runId, modelId, inForce } = golden;
  const message = { schema, runId, modelId, inForce, version: 0, ...change };
  const received = { deviceId: 'door-1', receivedAt: testNow, message };
  const value = Buffer.from(JSON.stringify(received));
  await eventLog.append(logTopics.deviceConfigReported, [{ key: 'door-1', value }]);
  const read = async () => (await get(url)).body as DeviceConfig;
  await waitUntil(async () => {
    const { reported } = await read();
    return reported?.version === message.version;
  });
  return read();
}

test('a change becomes the next version in the log, and its state follows the reports', async (context) => {
  const fleet = await startTestDashboard();
  context.after(() => fleet.stop());
  const first = (await fleet.get(url)).body as DeviceConfig;
  assert.deepEqual(first, { deviceId: 'door-1', state: 'own', desired: null, reported: null });

  const settings = { sampleIntervalMs: 2_000, exclusionZones: [zone] };
  const { status, body } = await put(fleet, { settings, basedOn: 0 });
  assert.equal(status, 200);
  assert.equal(body.state, 'pending');
  assert.deepEqual(body.desired, {
    ...{ version: 1, settings },
    setAt: new Date(testNow).toISOString(),
  });
  const [entry] = fleet.eventLog.entries(logTopics.deviceConfig);
  assert.equal(entry?.key, 'door-1');
  const logged: unknown = JSON.parse(Buffer.from(entry.value!).toString());
  assert.ok(configValidators.desired.Check(logged));

  assert.equal((await report(fleet, { version: 0, trying: 1 })).state, 'trying');
  const applied = await report(fleet, { version: 1 });
  assert.equal(applied.state, 'applied');
  assert.equal(applied.reported?.inForce.sampleIntervalMs, 1_000);
});

test('the same settings are no change, unless they were refused', async (context) => {
  const fleet = await startTestDashboard();
  context.after(() => fleet.stop());
  const settings = { analysisFps: 3 };
  await put(fleet, { settings, basedOn: 0 });
  assert.equal((await put(fleet, { settings, basedOn: 1 })).body.desired?.version, 1);
  const refused = { version: 1, code: 'not_started', reason: 'no camera' } as const;
  assert.equal((await report(fleet, { version: 0, refused })).state, 'refused');
  const again = (await put(fleet, { settings, basedOn: 1 })).body;
  assert.deepEqual([again.desired?.version, again.state], [2, 'pending']);
});

test('versions go on above those of a device, after a loss of the log', async (context) => {
  const fleet = await startTestDashboard();
  context.after(() => fleet.stop());
  await report(fleet, { version: 41 });
  const { body } = await put(fleet, { settings: {}, basedOn: 0 });
  assert.equal(body.desired?.version, 42);
});

test('of two changes of the same version one is a conflict', async (context) => {
  const fleet = await startTestDashboard();
  context.after(() => fleet.stop());
  const answers = await Promise.all([
    put(fleet, { settings: { analysisFps: 3 }, basedOn: 0 }),
    put(fleet, { settings: { analysisFps: 4 }, basedOn: 0 }),
  ]);
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409]);
  const refused = answers.find(({ status }) => status === 409)!.body;
  assert.equal(refused.code, 'config_conflict');
  assert.match(refused.detail ?? '', /at version 1, not 0/);
});

test('bad bodies are refused by the name of the field, and change nothing', async (context) => {
  const fleet = await startTestDashboard();
  context.after(() => fleet.stop());
  const faults: [object, RegExp][] = [
    [{ settings: { analysisFps: 0 }, basedOn: 0 }, /Field "settings\/analysisFps" must be >= 0.5/],
    [{ settings: { camera: 'rpicam:0' }, basedOn: 0 }, /Field "settings\/camera" is not known/],
    [{ settings: {} }, /Field "basedOn" is missing/],
    [
      { settings: { exclusionZones: [{ x: 2 }] }, basedOn: 0 },
      /Field "settings\/exclusionZones\/0\//,
    ],
  ];
  for (const [body, sentence] of faults) {
    const answer = await put(fleet, body);
    assert.deepEqual([answer.status, answer.body.code], [400, 'bad_parameter']);
    assert.match(answer.body.detail ?? '', sentence);
  }
  const asText = { 'content-type': 'text/plain' };
  assert.equal((await put(fleet, '{"settings":{},"basedOn":0}', asText)).status, 400);
  assert.equal(fleet.eventLog.entries(logTopics.deviceConfig).length, 0);
});

test('a page of another origin changes nothing, the own one does', async (context) => {
  const fleet = await startTestDashboard();
  context.after(() => fleet.stop());
  const change = { settings: {}, basedOn: 0 };
  for (const origin of ['http://evil.example', 'http://localhost:3000', 'null']) {
    const answer = await put(fleet, change, { origin });
    assert.deepEqual([answer.status, answer.body.code], [403, 'foreign_origin']);
  }
  const own = { host: 'localhost:8080', origin: 'http://localhost:8080' };
  assert.equal((await put(fleet, change, own)).status, 200);
});

test('an unknown camera is not found; without the log nothing is promised', async (context) => {
  const fleet = await startTestDashboard();
  context.after(() => fleet.stop());
  assert.equal((await fleet.get('/api/v1/devices/nobody/config')).status, 404);
  fleet.eventLog.failWith(new EventLogError('unavailable', 'down'));
  const { status, body } = await put(fleet, { settings: {}, basedOn: 0 });
  assert.deepEqual([status, body.code], [503, 'log_unavailable']);
  fleet.eventLog.failWith(undefined);
  assert.equal(((await fleet.get(url)).body as DeviceConfig).state, 'own');
});
