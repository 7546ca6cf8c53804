import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Registry } from 'prom-client';
import { logTopics } from '@emotion-fleet/contracts';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import { silentLogger } from '@emotion-fleet/service';
import { DashboardMetrics } from '../../src/dashboard-metrics.ts';
import { LiveHub, type LiveHubOptions } from '../../src/live/live-hub.ts';
import type { LiveSink } from '../../src/live/live-stream.ts';
import { loggedEntry, presenceRecord, sampleRecord, statusEntry } from '../support/records.ts';
import { waitUntil } from '../support/wait-until.ts';

const now = Date.parse('2026-03-04T12:00:00Z');

class FakeSink implements LiveSink {
  readonly events: { name: string; data: Record<string, unknown> }[] = [];
  buffered = 0;
  closed: string | undefined;

  send(name: string, data: object): void {
    this.events.push({ name, data: data as Record<string, unknown> });
  }
  bufferedBytes(): number {
    return this.buffered;
  }
  close(how: string): void {
    this.closed = how;
  }
  of(name: string): Record<string, unknown>[] {
    return this.events.filter((event) => event.name === name).map(({ data }) => data);
  }
}

async function startHub(context: TestContext, options: Partial<LiveHubOptions> = {}) {
  const eventLog = new MemoryEventLog();
  await eventLog.start();
  const metrics = new Registry();
  const hub = new LiveHub({
    eventLog,
    metrics: new DashboardMetrics(metrics),
    clock: { now: () => now },
    logger: silentLogger(),
    mayShowFaces: async () => true,
    groupId: 'test',
    changedIntervalMs: 5,
    ...options,
  });
  await hub.start();
  context.after(async () => {
    await hub.stop();
    await eventLog.stop();
  });
  const see = (deviceId: string, trackId = 'track1'): Promise<void> =>
    eventLog.append(logTopics.faceEmotions, [
      loggedEntry(deviceId, sampleRecord({ observedAt: now, trackId })),
    ]);
  return { hub, eventLog, metrics, see };
}

test('names the cameras that changed only where they are few', async (context) => {
  const { hub, eventLog } = await startHub(context, { changedIntervalMs: 500 });
  const [fleet, camera] = [new FakeSink(), new FakeSink()];
  hub.join(fleet);
  hub.join(camera, 'camera-7');
  const ids = Array.from({ length: 201 }, (_, index) => `camera-${index}`);
  const sample = sampleRecord({ observedAt: now, trackId: 'track1' });
  await eventLog.append(
    logTopics.faceEmotions,
    ids.map((id) => loggedEntry(id, sample)),
  );
  await waitUntil(() => fleet.of('changed').length > 0 && camera.of('changed').length > 0);
  assert.deepEqual(
    fleet.of('changed').map(({ deviceIds }) => deviceIds),
    [undefined],
  );
  assert.deepEqual(camera.of('changed')[0]?.deviceIds, ['camera-7']);
});

test('tells a stream of the fleet what changed, and no faces', async (context) => {
  const { hub, see } = await startHub(context);
  const sink = new FakeSink();
  hub.join(sink);
  await see('a');
  await see('b');
  await waitUntil(() => new Set(sink.of('changed').flatMap((e) => e['deviceIds'])).size === 2);
  assert.deepEqual(sink.of('faces'), []);
});

test('tells a stream of one camera its faces and its changes alone', async (context) => {
  const { hub, see } = await startHub(context);
  const sink = new FakeSink();
  hub.join(sink, 'a');
  await see('b');
  await see('a');
  await waitUntil(() => sink.of('faces').length > 0 && sink.of('changed').length > 0);
  assert.equal(sink.of('faces')[0]?.['deviceId'], 'a');
  for (const { deviceIds } of sink.of('changed')) assert.deepEqual(deviceIds, ['a']);
});

test('shows no faces where too few people came by', async (context) => {
  const { hub, see } = await startHub(context, { mayShowFaces: async () => false });
  const sink = new FakeSink();
  hub.join(sink, 'a');
  await see('a');
  await waitUntil(() => sink.of('changed').length > 0);
  assert.deepEqual(sink.of('faces'), []);
});

test('shows no faces while the group size can not be read', async (context) => {
  const { hub, see } = await startHub(context, {
    mayShowFaces: () => Promise.reject(new Error('store is down')),
  });
  const sink = new FakeSink();
  hub.join(sink, 'a');
  await see('a');
  await waitUntil(() => sink.of('changed').length > 0);
  assert.deepEqual(sink.of('faces'), []);
});

test('passes over what is not a record', async (context) => {
  const { hub, eventLog, see } = await startHub(context);
  const sink = new FakeSink();
  hub.join(sink, 'a');
  await eventLog.append(logTopics.faceEmotions, [
    { key: 'a', value: new TextEncoder().encode('{') },
    { key: 'a', value: null },
    loggedEntry('a', presenceRecord({ startedAt: now })),
  ]);
  await eventLog.append(logTopics.deviceStatus, [
    { key: 'a', value: new TextEncoder().encode('[]') },
    { key: 'a', value: new TextEncoder().encode('nonsense') },
  ]);
  await see('a');
  await waitUntil(() => sink.of('faces').length === 1);
  assert.deepEqual(sink.of('status'), []);
});

test("an old connection's will does not overrule a newer birth", async (context) => {
  const { hub, eventLog } = await startHub(context);
  const sink = new FakeSink();
  hub.join(sink);
  const status = (state: 'online' | 'offline', connectSeq: number) =>
    eventLog.append(logTopics.deviceStatus, [
      statusEntry({ deviceId: 'a', receivedAt: now, state, connectSeq }),
    ]);
  await status('online', 2);
  await waitUntil(() => sink.of('status').length === 1);
  await status('offline', 1);
  await status('offline', 2);
  await waitUntil(() => sink.of('status').length === 2);
  assert.deepEqual(
    sink.of('status').map(({ state }) => state),
    ['online', 'offline'],
  );
});

test('drops a client that does not keep up, and the others go on', async (context) => {
  const { hub, see, metrics } = await startHub(context, { maxBufferedBytes: 1_000 });
  const slow = new FakeSink();
  const quick = new FakeSink();
  slow.buffered = 1_001;
  hub.join(slow, 'a');
  hub.join(quick, 'a');
  await see('a');
  await waitUntil(() => quick.of('faces').length > 0);
  assert.equal(slow.closed, 'abort');
  assert.deepEqual(slow.events, []);
  assert.match(await metrics.metrics(), /streams_dropped_total 1\n/);
  assert.match(await metrics.metrics(), /live_streams 1\n/);
});

test('refuses more streams than allowed until one leaves', async (context) => {
  const { hub } = await startHub(context, { maxStreams: 2 });
  const first = hub.join(new FakeSink());
  hub.join(new FakeSink());
  assert.throws(() => hub.join(new FakeSink()), { code: 'too_many_streams' });
  hub.leave(first);
  hub.leave(first);
  hub.join(new FakeSink());
});

test('ends its streams when it stops', async (context) => {
  const { hub } = await startHub(context);
  const sink = new FakeSink();
  hub.join(sink);
  await hub.stop();
  assert.equal(sink.closed, 'end');
});
