import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import {
  logTopics,
  type DesiredConfig,
  type DeviceSettings,
  type ReportedConfig,
} from '@emotion-fleet/contracts';
import type { DeviceConfig, Problem } from '@emotion-fleet/contracts/api';
import { EventLogError } from '@emotion-fleet/event-log';
import { startTestDashboard, testNow, type TestDashboard } from '../../support/test-dashboard.ts';
import { waitUntil } from '../../support/wait-until.ts';

const url = '/api/v1/devices/door-1/config';
const everything: DeviceSettings = {
  sampleIntervalMs: 500,
  analysisFps: 7.5,
  maxVisitMs: 600_000,
  exclusionZones: [
    { x: 0.25, y: 0, width: 0.5, height: 0.125 },
    [
      [0, 0],
      [1, 0],
      [0.5, 0.75],
    ],
  ],
  emotionThresholds: { happy: 0.5, sad: 0.6, neutral: 0.4, other: 0.3 },
  detector: { kind: 'blazeface', input: '256x192' },
  classifier: { kind: 'mobilefacenet', url: 'https://models.example/xception.onnx' },
};

async function start(context: TestContext): Promise<TestDashboard> {
  const dashboard = await startTestDashboard();
  context.after(() => dashboard.stop());
  return dashboard;
}

async function put(
  { dashboard }: TestDashboard,
  body: unknown,
  options: { url?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; config: DeviceConfig; problem: Problem; type: string }> {
  const response = await dashboard.app.inject({
    method: 'PUT',
    url: options.url ?? url,
    headers: { 'content-type': 'application/json', ...options.headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const type = String(response.headers['content-type']);
  const parsed: unknown = response.json();
  return {
    status: response.statusCode,
    config: parsed as DeviceConfig,
    problem: parsed as Problem,
    type,
  };
}

async function get(dashboard: TestDashboard): Promise<DeviceConfig> {
  const { status, body } = await dashboard.get(url);
  assert.equal(status, 200);
  return body as DeviceConfig;
}

function report(version: number, more: Partial<ReportedConfig> = {}): ReportedConfig {
  return {
    schema: 1,
    version,
    runId: 'run-1',
    modelId: 'blazeface+accurate',
    inForce: {
      sampleIntervalMs: 1_000,
      analysisFps: 7,
      maxVisitMs: 1_200_000,
      exclusionZones: everything.exclusionZones!,
      emotionThresholds: everything.emotionThresholds!,
    },
    ...more,
  };
}

async function say(dashboard: TestDashboard, message: object, deviceId = 'door-1'): Promise<void> {
  const received = { deviceId, receivedAt: testNow - 5_000, message };
  const value = Buffer.from(JSON.stringify(received));
  await dashboard.eventLog.append(logTopics.deviceConfigReported, [{ key: deviceId, value }]);
}

function logged({ eventLog }: TestDashboard): DesiredConfig[] {
  return eventLog
    .entries(logTopics.deviceConfig)
    .map(({ value }) => JSON.parse(Buffer.from(value!).toString()) as DesiredConfig);
}

test('a camera of which nothing was wanted runs as it is set itself', async (context) => {
  const dashboard = await start(context);
  const nothing = { deviceId: 'door-1', state: 'own', desired: null, reported: null };
  assert.deepEqual(await get(dashboard), nothing);
});

test('a change stands in the log when it is answered, and is pending until the camera says something', async (context) => {
  const dashboard = await start(context);
  const { status, config } = await put(dashboard, { settings: everything, basedOn: 0 });
  assert.equal(status, 200);
  const setAt = new Date(testNow).toISOString();
  const desired = { version: 1, setAt, settings: everything };
  assert.deepEqual(config, { deviceId: 'door-1', state: 'pending', desired, reported: null });
  assert.deepEqual(logged(dashboard), [
    { schema: 1, version: 1, setAt: testNow, settings: everything },
  ]);
  assert.deepEqual(await get(dashboard), config);
});

test('the state follows what the camera reports', async (context) => {
  const dashboard = await start(context);
  await put(dashboard, { settings: { analysisFps: 5 }, basedOn: 0 });
  const reason = 'The model answers wrongly.';
  for (const [message, state] of [
    [report(0, { trying: 1 }), 'trying'],
    [report(1), 'applied'],
    [report(0, { refused: { version: 1, code: 'model_answers', reason } }), 'refused'],
  ] as const) {
    await say(dashboard, message);
    await waitUntil(async () => (await get(dashboard)).state === state);
    const receivedAt = new Date(testNow - 5_000).toISOString();
    assert.deepEqual((await get(dashboard)).reported, { receivedAt, ...message });
  }
});

test('what is no report, or one of another device, is passed over', async (context) => {
  const dashboard = await start(context);
  await say(dashboard, report(4));
  await waitUntil(async () => (await get(dashboard)).reported?.version === 4);
  await say(dashboard, { version: 'five' });
  const value = Buffer.from(JSON.stringify({ deviceId: 'x', receivedAt: 1, message: report(6) }));
  const topic = logTopics.deviceConfigReported;
  await dashboard.eventLog.append(topic, [{ key: 'door-1', value }]);
  await say(dashboard, report(1), 'door-2');
  await waitUntil(async () => {
    const { body } = await dashboard.get('/api/v1/devices/door-2/config');
    return (body as DeviceConfig).reported !== null;
  });
  assert.equal((await get(dashboard)).reported?.version, 4);
});

test('the next version is above what the camera reports, too', async (context) => {
  const dashboard = await start(context);
  await say(dashboard, report(7));
  await waitUntil(async () => (await get(dashboard)).reported !== null);
  const { config } = await put(dashboard, { settings: {}, basedOn: 0 });
  assert.equal(config.desired?.version, 8);
});

test('the same settings again make no new version, whatever they are based on', async (context) => {
  const dashboard = await start(context);
  const body = { settings: everything, basedOn: 0 };
  const first = await put(dashboard, body);
  const reordered = Object.fromEntries(Object.entries(everything).reverse());
  for (const settings of [everything, reordered]) {
    assert.deepEqual((await put(dashboard, { settings, basedOn: 0 })).config, first.config);
  }
  assert.equal(logged(dashboard).length, 1);
});

test('the same settings make a camera that has refused them try again', async (context) => {
  const dashboard = await start(context);
  const settings = { analysisFps: 5 };
  await put(dashboard, { settings, basedOn: 0 });
  const refused = { version: 1, code: 'model_unreachable', reason: 'No network.' } as const;
  await say(dashboard, report(0, { refused }));
  await waitUntil(async () => (await get(dashboard)).state === 'refused');
  const { config } = await put(dashboard, { settings, basedOn: 1 });
  assert.deepEqual([config.desired?.version, config.state], [2, 'pending']);
});

test('a change of an outdated version is a conflict, and changes nothing', async (context) => {
  const dashboard = await start(context);
  await put(dashboard, { settings: { analysisFps: 5 }, basedOn: 0 });
  const { status, problem, type } = await put(dashboard, {
    settings: { analysisFps: 6 },
    basedOn: 0,
  });
  assert.deepEqual([status, problem.code], [409, 'config_conflict']);
  assert.match(type, /^application\/problem\+json/);
  assert.match(problem.detail ?? '', /changed meanwhile/);
  const { config } = await put(dashboard, { settings: { analysisFps: 6 }, basedOn: 1 });
  assert.equal(config.desired?.version, 2);
});

test('of changes that come at once, one is taken', async (context) => {
  const dashboard = await start(context);
  const answers = await Promise.all(
    [1, 2, 3].map((analysisFps) => put(dashboard, { settings: { analysisFps }, basedOn: 0 })),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409]);
  assert.equal(logged(dashboard)[0]?.version, 1);
});

test('where another server was first, its change stands and has a version of its own', async (context) => {
  const dashboard = await start(context);
  const { eventLog } = dashboard;
  const append = eventLog.append.bind(eventLog);
  const others: DesiredConfig = {
    schema: 1,
    version: 1,
    setAt: testNow - 1,
    settings: { analysisFps: 9 },
  };
  eventLog.append = async (topic, entries) => {
    eventLog.append = append;
    await append(topic, [{ key: 'door-1', value: Buffer.from(JSON.stringify(others)) }]);
    // The other entry is read before ours is there, as it may be in Kafka.
    await waitUntil(async () => (await get(dashboard)).desired !== null);
    await append(topic, entries);
  };
  const { status } = await put(dashboard, { settings: { analysisFps: 2 }, basedOn: 0 });
  assert.equal(status, 409);
  assert.deepEqual(logged(dashboard), [{ ...others, version: 2 }]);
  await waitUntil(async () => (await get(dashboard)).desired?.version === 2);
});

test('a bad body is a problem that names the field', async (context) => {
  const dashboard = await start(context);
  const box = { x: 0, y: 0, width: 2, height: 1 };
  for (const [body, detail] of [
    [{ settings: {} }, /"basedOn" is missing/],
    [{ basedOn: 0 }, /"settings" is missing/],
    [{ settings: {}, basedOn: 0, force: true }, /"force" is not known/],
    [{ settings: { camera: 'rpicam:0' }, basedOn: 0 }, /"settings\.camera" is not known/],
    [{ settings: { analysisFps: 31 }, basedOn: 0 }, /"settings\.analysisFps" must be <= 30/],
    [{ settings: { analysisFps: '7' }, basedOn: 0 }, /"settings\.analysisFps" must be number/],
    [
      { settings: { exclusionZones: [box] }, basedOn: 0 },
      /"settings\.exclusionZones\.0\.width" must be <= 1/,
    ],
    [
      { settings: { emotionThresholds: { happy: 0.5 } }, basedOn: 0 },
      /"settings\.emotionThresholds\.sad" is missing/,
    ],
    [
      { settings: { classifier: { kind: 'best' } }, basedOn: 0 },
      /"settings\.classifier\.kind" must be/,
    ],
    [
      { settings: { detector: { kind: 'yunet', url: 'ftp://x' } }, basedOn: 0 },
      /"settings\.detector\.url" must match pattern/,
    ],
    [
      { settings: { classifier: { kind: 'xception', id: 'a' } }, basedOn: 0 },
      /"settings\.classifier\.url" is missing/,
    ],
    ['[]', /The body must be object/],
    ['{"settings":', /JSON/],
  ] as const) {
    const { status, problem } = await put(dashboard, body);
    assert.deepEqual([status, problem.status], [400, 400], JSON.stringify(body));
    assert.match(problem.detail ?? '', detail);
  }
  assert.deepEqual(logged(dashboard), []);
});

test('an unknown or revoked camera is a 404', async (context) => {
  const dashboard = await start(context);
  const body = { settings: {}, basedOn: 0 };
  const unknown = '/api/v1/devices/nothing/config';
  assert.equal((await dashboard.get(unknown)).status, 404);
  assert.equal((await put(dashboard, body, { url: unknown })).problem.code, 'no_such_device');
  await dashboard.registry.revokeDevice('door-1', testNow - 1);
  assert.equal((await put(dashboard, body)).problem.code, 'no_such_device');
  assert.equal((await get(dashboard)).state, 'own');
});

test('a log that is down is a 503 for changes alone', async (context) => {
  const dashboard = await start(context);
  dashboard.eventLog.failWith(new EventLogError('unavailable', 'disk full at /data/x'));
  const { status, problem } = await put(dashboard, { settings: {}, basedOn: 0 });
  assert.deepEqual([status, problem.code], [503, 'log_unavailable']);
  assert.ok(!JSON.stringify(problem).includes('disk'));
  assert.equal((await get(dashboard)).state, 'own');
  dashboard.eventLog.failWith(undefined);
  assert.equal((await put(dashboard, { settings: {}, basedOn: 0 })).status, 200);
});

test('foreign pages may not write, whatever they call themselves', async (context) => {
  const dashboard = await start(context);
  const host = `127.0.0.1:${dashboard.port}`;
  const answer = async (headers: Record<string, string>) =>
    put(dashboard, { settings: {}, basedOn: 0 }, { headers: { host, ...headers } });
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `https://${host}` },
    { origin: 'http://127.0.0.1:1' },
    { origin: `http://localhost:${dashboard.port}` },
    { origin: `http://${host}.evil.example` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    const { status, problem } = await answer(headers);
    assert.deepEqual([status, problem.code], [403, 'foreign_origin'], JSON.stringify(headers));
  }
  assert.equal((await answer({ host: 'evil.example' })).problem.code, 'foreign_host');
  assert.deepEqual(logged(dashboard), []);
  assert.equal((await answer({ origin: `http://${host}` })).status, 200);
  assert.equal((await answer({ 'sec-fetch-site': 'same-origin' })).status, 200);
});

test('a body that is not JSON is refused, since forms can send it', async (context) => {
  const dashboard = await start(context);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    const body = JSON.stringify({ settings: {}, basedOn: 0 });
    const { status, problem } = await put(dashboard, body, { headers: { 'content-type': type } });
    assert.deepEqual([status, problem.code], [415, 'not_json'], type);
  }
  assert.deepEqual(logged(dashboard), []);
});

test('the configuration of an erased camera is forgotten', async (context) => {
  const dashboard = await start(context);
  await put(dashboard, { settings: everything, basedOn: 0 });
  await say(dashboard, report(1));
  await waitUntil(async () => (await get(dashboard)).state === 'applied');
  for (const topic of [logTopics.deviceConfig, logTopics.deviceConfigReported]) {
    await dashboard.eventLog.append(topic, [{ key: 'door-1', value: null }]);
  }
  await waitUntil(async () => {
    const { desired, reported } = await get(dashboard);
    return desired === null && reported === null;
  });
});
