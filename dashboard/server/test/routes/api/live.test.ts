import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { logTopics } from '@emotion-fleet/contracts';
import type { DashboardServerOptions } from '../../../src/dashboard-server.ts';
import { loggedEntry, sampleRecord, statusEntry } from '../../support/records.ts';
import { startTestDashboard, testNow } from '../../support/test-dashboard.ts';
import { waitUntil } from '../../support/wait-until.ts';

async function start(context: TestContext, options: Partial<DashboardServerOptions> = {}) {
  const dashboard = await startTestDashboard({ changedIntervalMs: 20, ...options });
  context.after(() => dashboard.stop());
  const url = `http://127.0.0.1:${dashboard.port}/api/v1/live`;
  const see = (deviceId: string, at = testNow): Promise<void> =>
    dashboard.eventLog.append(logTopics.faceEmotions, [
      loggedEntry(deviceId, sampleRecord({ observedAt: at })),
    ]);
  return { ...dashboard, url, see };
}

/** A client that reads a stream over a real socket and keeps all that it says. */
async function follow(context: TestContext, url: string) {
  const abort = new AbortController();
  context.after(() => abort.abort());
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream' },
    signal: abort.signal,
  });
  const client = { response, text: '', ended: false, abort: () => abort.abort() };
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) client.text += decoder.decode(chunk as Uint8Array);
  };
  void read().then(
    () => (client.ended = true),
    () => (client.ended = true),
  );
  return client;
}

test('a stream tells over a real socket what happens to a camera', async (context) => {
  const { url, see, eventLog } = await start(context);
  const client = await follow(context, `${url}?deviceId=door-1`);
  assert.equal(client.response.headers.get('content-type'), 'text/event-stream');
  assert.equal(client.response.headers.get('cache-control'), 'no-store');
  await see('door-1');
  await eventLog.append(logTopics.deviceStatus, [
    statusEntry({ deviceId: 'door-1', receivedAt: testNow, state: 'online', connectSeq: 1 }),
  ]);
  await waitUntil(() =>
    ['changed', 'faces', 'status'].every((name) => client.text.includes(`event: ${name}\ndata: {`)),
  );
});

test('comments keep a quiet stream open', async (context) => {
  const { url } = await start(context, { heartbeatIntervalMs: 20 });
  const client = await follow(context, url);
  await waitUntil(() => client.text.includes(': heartbeat\n\n'));
});

test('a client that leaves makes room for the next', async (context) => {
  const { url, get } = await start(context, { maxLiveStreams: 1 });
  const first = await follow(context, url);
  const refused = await fetch(url);
  assert.equal(refused.status, 503);
  assert.equal(((await refused.json()) as { code: string }).code, 'too_many_streams');
  first.abort();
  await waitUntil(async () =>
    String((await get('/metrics')).body).includes('emotion_dashboard_live_streams 0\n'),
  );
  assert.equal((await follow(context, url)).response.status, 200);
});

test('a client that never reads is dropped', async (context) => {
  const { port, eventLog, get } = await start(context, { maxLiveBufferedBytes: 20_000 });
  const socket = connect(port, '127.0.0.1');
  context.after(() => socket.destroy());
  socket.on('error', () => undefined);
  socket.pause();
  socket.write('GET /api/v1/live?deviceId=door-1 HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const metric = async (name: string): Promise<number> => {
    const match = new RegExp(`^${name} (\\d+)$`, 'm').exec(String((await get('/metrics')).body));
    return Number(match?.[1]);
  };
  await waitUntil(async () => (await metric('emotion_dashboard_live_streams')) === 1);
  // One look with thousands of tracks is half a megabyte: it fills the kernel's buffers, then the server's.
  const isDropped = async () => (await metric('emotion_dashboard_live_streams_dropped_total')) > 0;
  const giveUpAt = performance.now() + 30_000;
  while (!(await isDropped())) {
    assert.ok(performance.now() < giveUpAt, 'the client is still there');
    const appendedAt = performance.now();
    const entries = Array.from({ length: 3_000 }, (_, track) =>
      loggedEntry('door-1', sampleRecord({ observedAt: testNow, trackId: `track${track}` })),
    );
    await eventLog.append(logTopics.faceEmotions, entries);
    // What was appended takes a while to reach the stream on a busy machine.
    await waitUntil(async () => performance.now() > appendedAt + 100 || (await isDropped()));
  }
  assert.equal(await metric('emotion_dashboard_live_streams'), 0);
});

test('streams end when the server stops, which takes no time', async (context) => {
  const { url, dashboard } = await start(context);
  const client = await follow(context, url);
  const before = performance.now();
  await dashboard.stop();
  assert.ok(performance.now() - before < 2_000);
  await waitUntil(() => client.ended);
});

test('a client that wants no events is told so', async (context) => {
  const { url } = await start(context);
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  assert.equal(response.status, 406);
});

test('asking for the head of a stream opens none', async (context) => {
  const { url } = await start(context);
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 404);
});

test('faces stay away while fewer people came by than the group size', async (context) => {
  const info = { version: '0', profile: 'embedded', demo: false, minimumGroupSize: 10 };
  const { url, see, fill } = await start(context, { info });
  const windowStart = testNow - (testNow % 60_000) - 600_000;
  await fill([
    { deviceId: 'door-1', windowStart, visits: 9 },
    { deviceId: 'door-2', windowStart, visits: 10 },
  ]);
  const few = await follow(context, `${url}?deviceId=door-1`);
  const enough = await follow(context, `${url}?deviceId=door-2`);
  await see('door-1');
  await see('door-2');
  await waitUntil(
    () => enough.text.includes('event: faces') && few.text.includes('event: changed'),
  );
  assert.ok(!few.text.includes('event: faces'));
});
