import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { logTopics, maxBatchBytes, maxClockAheadMs } from '@emotion-fleet/contracts';
import { goldenRecords, readGolden } from '@emotion-fleet/contracts/golden';
import { EventLogError } from '@emotion-fleet/event-log';
import { balances, silentLogger } from '@emotion-fleet/service';
import { Registry } from 'prom-client';
import { Gateway } from '../src/index.ts';
import { eventually } from './support/eventually.ts';
import { closing, GatewayHarness, publishRecords } from './support/gateway-harness.ts';
import {
  channels,
  decodeAll,
  goldenBatch,
  goldenNow,
  mqttTopic,
  recordsIn,
} from './support/messages.ts';
import { heldBytes } from './support/held-bytes.ts';
import { fixedHeader, publishPacket, RawDevice } from './support/raw-device.ts';

const device = 'camera-1';
const other = 'camera-2';
const now = () => goldenNow;
const golden = goldenRecords().map(({ seq, kind }) => `${seq}:${kind}`);

describe('acks', () => {
  it('stores a batch in order, under the device of the connection, stamped once', async () => {
    await using harness = await GatewayHarness.start({ now });
    await publishRecords(await harness.connect(device), device);
    const entries = harness.log.entries(logTopics.faceEmotions);
    assert.deepEqual(recordsIn(entries), golden);
    for (const { deviceId, receivedAt } of decodeAll(entries)) {
      assert.equal(deviceId, device);
      assert.equal(receivedAt, goldenNow);
    }
    assert.deepEqual(harness.gateway.counts(), {
      received: golden.length,
      forwarded: golden.length,
      dropped: {},
      inFlight: 0,
    });
  });

  it('come only after the log has the whole batch', async () => {
    await using harness = await GatewayHarness.start({ now });
    const client = await harness.connect(device);
    harness.log.hold();
    let acked = false;
    const published = publishRecords(client, device).then(() => {
      acked = true;
    });
    await eventually(() => harness.gateway.counts().inFlight === golden.length);
    assert.equal(acked, false);
    assert.ok(balances(harness.gateway.counts()));
    harness.log.release();
    await published;
    assert.equal(harness.log.entries(logTopics.faceEmotions).length, golden.length);
  });

  it('are not sent when the log fails: the connection closes, and the resend is stored once', async () => {
    await using harness = await GatewayHarness.start({ now });
    const client = await harness.connect(device);
    harness.log.failWith(new EventLogError('unavailable', 'no disk'));
    await assert.rejects(publishRecords(client, device), /closed unacked/);
    assert.equal(harness.log.entries(logTopics.faceEmotions).length, 0);
    harness.log.failWith(undefined);
    await publishRecords(await harness.connect(device), device);
    assert.deepEqual(recordsIn(harness.log.entries(logTopics.faceEmotions)), golden);
    const counts = harness.gateway.counts();
    assert.deepEqual(counts.dropped, { log_unavailable: golden.length });
    assert.ok(balances(counts));
  });

  it('are given up after the bounded wait, while the records stay in flight', async () => {
    await using harness = await GatewayHarness.start({ now, limits: { ackTimeoutMs: 50 } });
    const client = await harness.connect(device);
    harness.log.hold();
    await assert.rejects(publishRecords(client, device), /closed unacked/);
    assert.equal(harness.gateway.counts().inFlight, golden.length);
    harness.log.release();
    await eventually(() => harness.gateway.counts().inFlight === 0);
    assert.ok(balances(harness.gateway.counts()));
  });

  it('are refused beyond the bytes that may be in flight', async () => {
    await using harness = await GatewayHarness.start({ now, limits: { maxInFlightBytes: 5_000 } });
    const clients = await Promise.all([device, other, 'camera-3'].map((id) => harness.connect(id)));
    harness.log.hold();
    const results = Promise.allSettled(
      clients.map((client) => publishRecords(client, client.options.clientId!)),
    );
    await eventually(() => clients.some((client) => !client.connected));
    assert.ok((harness.gateway.health().inFlightBytes as number) <= 5_000);
    harness.log.release();
    const refused = (await results).filter(({ status }) => status === 'rejected').length;
    assert.ok(refused > 0 && refused < 3);
  });
});

describe('what can never be accepted', () => {
  it('goes to the dead letters byte for byte, with a marker in its place, and its neighbours are kept', async () => {
    await using harness = await GatewayHarness.start({ now });
    const [first, second, third] = goldenRecords();
    const poison = JSON.stringify({ ...second, emotion: 'bored' }).replace('{', '{ \n ');
    const payload = `{"schema":1,"records":[${JSON.stringify(first)}, ${poison} ,${JSON.stringify(third)}]}`;
    await publishRecords(await harness.connect(device), device, payload);
    const entries = harness.log.entries(logTopics.faceEmotions);
    assert.deepEqual(recordsIn(entries), ['0:sample', '1:rejected', `2:${third!.kind}`]);
    const [letter] = harness.log.entries(logTopics.deadLetters);
    assert.equal(Buffer.from(letter!.value!).toString(), poison);
    assert.equal(letter!.key, device);
    assert.equal(letter!.headers!.reason, 'bad_shape');
    assert.equal(letter!.headers!.origin, mqttTopic(device, channels.records));
    assert.equal(letter!.headers!.seq, '1');
    assert.deepEqual(harness.gateway.counts().dropped, { bad_shape: 1 });
    assert.equal(harness.gateway.counts().forwarded, 2);
  });

  it('is only counted where its identity cannot be read', async () => {
    await using harness = await GatewayHarness.start({ now });
    const payload = JSON.stringify({
      schema: 1,
      records: [{ kind: 'sample', seq: -1 }, 'nonsense'],
    });
    await publishRecords(await harness.connect(device), device, payload);
    assert.equal(harness.log.entries(logTopics.faceEmotions).length, 0);
    assert.equal(harness.log.entries(logTopics.deadLetters).length, 2);
    assert.deepEqual(harness.gateway.counts().dropped, { unknown_schema: 1, bad_shape: 1 });
  });

  it('includes records from more than five minutes ahead', async () => {
    const records = goldenRecords();
    const last = Math.max(...records.map(({ observedAt }) => observedAt));
    const at = last - maxClockAheadMs - 1;
    await using harness = await GatewayHarness.start({ now: () => at });
    await publishRecords(await harness.connect(device), device);
    const dropped = harness.gateway.counts().dropped.observed_ahead!;
    assert.equal(dropped, records.filter(({ observedAt }) => observedAt === last).length);
    const markers = decodeAll(harness.log.entries(logTopics.faceEmotions)).filter(
      ({ record }) => record.kind === 'rejected',
    );
    assert.equal(markers.length, dropped);
  });

  it('includes payloads that are no batch, each with its reason, and acks them', async () => {
    await using harness = await GatewayHarness.start({ now });
    const client = await harness.connect(device);
    const payloads: readonly (readonly [string, string | Buffer])[] = [
      ['not_json', 'hello'],
      ['not_json', Buffer.from([0x22, 0xff, 0x22])],
      ['not_json', ''],
      ['bad_batch', '[]'],
      ['bad_batch', '{"schema":2,"records":[1]}'],
      ['bad_batch', JSON.stringify({ schema: 1, records: new Array(201).fill(0) })],
      ['too_large', Buffer.alloc(maxBatchBytes + 1, ' ')],
    ];
    for (const [, payload] of payloads) await publishRecords(client, device, payload);
    assert.deepEqual(harness.gateway.counts().dropped, { not_json: 3, bad_batch: 3, too_large: 1 });
    const letters = harness.log.entries(logTopics.deadLetters);
    assert.deepEqual(
      letters.map((letter) => letter.headers!.reason),
      payloads.map(([reason]) => reason),
    );
    assert.ok(letters.every((letter) => letter.value!.byteLength <= maxBatchBytes));
  });

  it('includes a packet of 100 MB, of which only the beginning is held, and acks it', async () => {
    await using harness = await GatewayHarness.start({ now });
    const raw = await RawDevice.connect(harness.port, device);
    const topic = Buffer.from(mqttTopic(device, channels.records));
    const length = 100 * 1024 * 1024;
    const before = heldBytes();
    let most = 0;
    raw.socket.write(fixedHeader(0x32, length));
    raw.socket.write(Buffer.concat([Buffer.from([0, topic.length]), topic, Buffer.from([0, 7])]));
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    for (let left = length - topic.length - 4; left > 0; left -= chunk.length) {
      if (!raw.socket.write(chunk.subarray(0, Math.min(chunk.length, left)))) {
        await once(raw.socket, 'drain');
        if ((left >> 20) % 8 === 0) most = Math.max(most, heldBytes() - before);
      }
    }
    await eventually(() => raw.received.includes(Buffer.from([0x40, 2, 0, 7])));
    assert.deepEqual(harness.gateway.counts().dropped, { too_large: 1 });
    assert.ok(most < 16 * 1024 * 1024, `${most} bytes held`);
    raw.socket.write(
      publishPacket(topic.toString(), Buffer.from(JSON.stringify(goldenBatch())), { id: 8 }),
    );
    await eventually(() => raw.received.includes(Buffer.from([0x40, 2, 0, 8])));
    assert.deepEqual(recordsIn(harness.log.entries(logTopics.faceEmotions)), golden);
    raw.socket.destroy();
  });
});

describe('access', () => {
  it('refuses wrong tokens, other names and sessions that would outlive their connection', async () => {
    await using harness = await GatewayHarness.start();
    const attempts = [
      { password: 'secret-camera-2' },
      { password: '' },
      { username: other },
      { clientId: 'Camera 1', username: 'Camera 1' },
      { clean: false },
    ];
    for (const options of attempts) {
      await assert.rejects(harness.connect(device, options), { code: 5 });
    }
    assert.equal(harness.gateway.health().connections, 0);
  });

  it('refuses CONNECT as unavailable while the log or the registry is down', async () => {
    await using harness = await GatewayHarness.start();
    harness.log.failWith(new EventLogError('unavailable', 'no disk'));
    await assert.rejects(harness.connect(device), { code: 3 });
    assert.equal(harness.gateway.health().state, 'down');
    harness.log.failWith(undefined);
    harness.authenticator.failure = new Error('registry is away');
    await assert.rejects(harness.connect(device), { code: 3 });
    const { state, detail } = harness.gateway.health();
    assert.equal(state, 'degraded', 'who is connected goes on');
    assert.match(
      detail ?? '',
      /^No connection is taken: the registry is down \(registry is away\)/,
    );
    harness.authenticator.failure = undefined;
    await harness.connect(device);
    assert.equal(harness.gateway.health().state, 'ok');
  });

  it('closes the connection at a publish that is not allowed, and stores nothing', async () => {
    await using harness = await GatewayHarness.start({ now });
    const records = mqttTopic(device, channels.records);
    const attempts: readonly (readonly [string, string, object])[] = [
      ['foreign_topic', mqttTopic(other, channels.records), { qos: 1 }],
      ['foreign_topic', mqttTopic(device, channels.config), { qos: 1 }],
      ['foreign_topic', '$SYS/x', { qos: 1 }],
      ['foreign_topic', 'emotion/v1/devices', { qos: 1 }],
      ['qos_not_allowed', records, { qos: 2 }],
      ['qos_not_allowed', records, { qos: 0 }],
      ['retain_not_allowed', records, { qos: 1, retain: true }],
    ];
    for (const [reason, topic, options] of attempts) {
      const client = await harness.connect(device);
      const closed = closing(client);
      client.publish(topic, JSON.stringify(goldenBatch()), options);
      await closed;
      const refusals = harness.gateway.health().refusals as Record<string, number>;
      assert.ok(refusals[reason]! > 0, reason);
    }
    assert.equal(harness.log.entries(logTopics.faceEmotions).length, 0);
    assert.equal(harness.gateway.counts().received, 0);
  });

  it('lets a device subscribe to its own downward topics alone', async () => {
    await using harness = await GatewayHarness.start();
    const client = await harness.connect(device);
    const refused = [
      mqttTopic(other, channels.config),
      mqttTopic(device, channels.records),
      'emotion/v1/devices/+/config',
      'emotion/#',
      '#',
      '$SYS/#',
    ];
    for (const topic of refused) await assert.rejects(client.subscribeAsync(topic), topic);
    const [granted] = await client.subscribeAsync(mqttTopic(device, channels.config), { qos: 1 });
    assert.equal(granted!.qos, 1);
  });

  it('lets a new connection of a device take the place of the old one', async () => {
    await using harness = await GatewayHarness.start({ now });
    const older = await harness.connect(device);
    const closed = closing(older);
    const newer = await harness.connect(device);
    await closed;
    await publishRecords(newer, device);
    assert.equal(harness.gateway.health().connections, 1);
  });

  it('cuts a device that is revoked, and leaves the others', async () => {
    await using harness = await GatewayHarness.start({ limits: { recheckIntervalMs: 20 } });
    const revoked = await harness.connect(device);
    const kept = await harness.connect(other);
    const closed = closing(revoked);
    harness.authenticator.revoked.add(device);
    await closed;
    assert.equal(kept.connected, true);
    await assert.rejects(harness.connect(device), { code: 5 });
  });
});

describe('status, health and time', () => {
  const status = readGolden('status') as Record<string, unknown>;
  const payload = (fields: object) => JSON.stringify({ ...status, ...fields });

  async function standing(harness: GatewayHarness): Promise<unknown> {
    const bytes = (await harness.log.readCompacted(logTopics.deviceStatus)).get(device);
    if (bytes === undefined) return undefined;
    const { message } = JSON.parse(Buffer.from(bytes).toString()) as { message: typeof status };
    return { state: message.state, connectSeq: message.connectSeq };
  }

  async function connectWithWill(harness: GatewayHarness, connectSeq: number) {
    const topic = mqttTopic(device, channels.status);
    const will = payload({ state: 'offline', connectSeq });
    const client = await harness.connect(device, {
      will: { topic, payload: Buffer.from(will), qos: 1, retain: true },
    });
    const birth = payload({ state: 'online', connectSeq });
    return { client, birth: () => client.publishAsync(topic, birth, { qos: 1, retain: true }) };
  }

  it('keeps the birth, and the will when the connection is lost', async () => {
    await using harness = await GatewayHarness.start();
    const { client, birth } = await connectWithWill(harness, 4);
    await birth();
    assert.deepEqual(await standing(harness), { state: 'online', connectSeq: 4 });
    client.stream.destroy();
    await eventually(async () => {
      const latest = (await standing(harness)) as { state: string };
      return latest.state === 'offline';
    });
  });

  it('keeps a newer birth when the will of an older connection comes late', async () => {
    await using harness = await GatewayHarness.start();
    const older = await connectWithWill(harness, 4);
    await older.birth();
    const newer = await connectWithWill(harness, 5);
    await newer.birth();
    assert.deepEqual(await standing(harness), { state: 'online', connectSeq: 5 });
  });

  it('publishes the wills of those whom it disconnects when it stops', async () => {
    await using harness = await GatewayHarness.start();
    const { birth } = await connectWithWill(harness, 4);
    await birth();
    await harness.gateway.stop();
    assert.deepEqual(await standing(harness), { state: 'offline', connectSeq: 4 });
  });

  it('takes health, and counts what is no message', async () => {
    await using harness = await GatewayHarness.start();
    const client = await harness.connect(device);
    const send = (text: string) =>
      client.publishAsync(mqttTopic(device, channels.health), text, { qos: 1 });
    await send(JSON.stringify(readGolden('health')));
    await send('{"schema":1}');
    await send('x'.repeat(20_000));
    assert.equal(harness.log.entries(logTopics.deviceHealth).length, 1);
    assert.deepEqual(harness.gateway.health().messages, {
      'health/accepted': 1,
      'health/bad_message': 2,
    });
  });

  it('tells a device the time', async () => {
    await using harness = await GatewayHarness.start({ now });
    const client = await harness.connect(device);
    await client.subscribeAsync(mqttTopic(device, channels.timeResponse), { qos: 0 });
    const answered = new Promise<Buffer>((resolve) => {
      client.once('message', (_topic, payload) => resolve(payload));
    });
    client.publish(mqttTopic(device, channels.timeRequest), '{"schema":1,"requestId":"r1"}');
    assert.deepEqual(JSON.parse((await answered).toString()), {
      schema: 1,
      requestId: 'r1',
      gatewayTime: goldenNow,
    });
  });
});

it('finishes and acks what is in flight when it stops, and then takes nothing more', async () => {
  await using harness = await GatewayHarness.start({ now });
  const client = await harness.connect(device);
  harness.log.hold();
  const published = publishRecords(client, device);
  await eventually(() => harness.gateway.counts().inFlight > 0);
  const stopped = harness.gateway.stop();
  harness.log.release();
  await published;
  await stopped;
  await assert.rejects(harness.connect(device, { connectTimeout: 200 }));
  assert.deepEqual(recordsIn(harness.log.entries(logTopics.faceEmotions)), golden);
  assert.equal(harness.gateway.health().state, 'down');
});

it('says in one sentence that its port is taken, and leaves nothing open', async () => {
  await using harness = await GatewayHarness.start();
  const second = new Gateway({
    eventLog: harness.log,
    authenticator: harness.authenticator,
    logger: silentLogger(),
    port: harness.port,
  });
  await assert.rejects(second.start(), {
    code: 'port_not_usable',
    message: /^Port .* is taken.*\.$/,
  });
});

it('shows its balance to Prometheus', async () => {
  const registry = new Registry();
  await using harness = await GatewayHarness.start({ now, registry });
  const records: object[] = goldenRecords();
  records[0] = { ...records[0], emotion: 'bored' };
  await publishRecords(
    await harness.connect(device),
    device,
    JSON.stringify({ schema: 1, records }),
  );
  const text = await registry.metrics();
  for (const line of [
    `emotion_gateway_records_received_total ${golden.length}`,
    `emotion_gateway_records_forwarded_total ${golden.length - 1}`,
    'emotion_gateway_records_dropped_total{reason="bad_shape"} 1',
    'emotion_gateway_records_in_flight 0',
    'emotion_gateway_markers_total 1',
    'emotion_gateway_messages_total{channel="records",outcome="accepted"} 1',
    'emotion_gateway_connections 1',
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
});
