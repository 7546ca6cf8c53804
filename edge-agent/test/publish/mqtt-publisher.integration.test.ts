import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'node:test';
import {
  channels,
  messageValidators,
  mqttTopic,
  type ReportedConfig,
} from '@emotion-fleet/contracts';
import { backoffDelays } from '../../src/publish/backoff.ts';
import { DurableCounter } from '../../src/publish/durable-counter.ts';
import { Cloud } from '../outbox/cloud.ts';
import { presenceDraft, sampleDraft } from '../outbox/drafts.ts';
import { FaultyFiles } from '../outbox/faulty-files.ts';
import { agentOf, brokerOf, deviceId, folderOf } from './publishing-agent.ts';
import { TestBroker, until } from './test-broker.ts';
import { undoAtEnd } from './undo.ts';

test('says its birth again where its detail changes, and keeps it for the next birth', async (context) => {
  const broker = await brokerOf(context);
  broker.onBatch = () => 'ack';
  const folder = await folderOf(context);
  const agent = await agentOf(context, { url: broker.url, folder });
  await agent.publisher.setDetail('paused before there is a connection');
  await until(() => agent.publisher.connected);
  await agent.publisher.setDetail('paused');
  await until(() => broker.statuses().at(-1)?.detail === 'paused');
  await agent.stop();
  const statuses = broker.statuses().map(({ state, detail }) => [state, detail]);
  assert.deepEqual(statuses.slice(-2), [
    ['online', 'paused'],
    ['offline', 'paused'],
  ]);
  assert.match(statuses[0]![1] ?? '', /^paused/);
});

test('publishes birth, records and offline status', async (context) => {
  const broker = await brokerOf(context);
  const cloud = new Cloud();
  broker.onBatch = (payload) => (cloud.receive(payload), 'ack');
  const folder = await folderOf(context);
  let connectSeq = 0;
  for (let life = 0; life < 2; life += 1) {
    broker.arrivals.length = 0;
    const agent = await agentOf(context, { url: broker.url, folder });
    for (let index = 0; index < 500; index += 1) {
      agent.outbox.append(sampleDraft(agent.clock.nowMs(), index));
    }
    agent.outbox.append(presenceDraft(agent.clock.nowMs()));
    assert.equal(await agent.publisher.drain(10_000), true);
    await agent.stop();
    assert.equal(cloud.unexplained(agent.runId, 501), 0);
    const [birth, farewell, ...more] = broker.statuses();
    assert.deepEqual([birth?.state, farewell?.state, more], ['online', 'offline', []]);
    assert.equal(birth?.connectSeq, farewell?.connectSeq);
    assert.ok(birth!.connectSeq > connectSeq);
    connectSeq = birth!.connectSeq;
    assert.ok(broker.arrivals[0]?.retain);
    assert.ok(messageValidators.status.Check(broker.statuses()[0]));
  }
  assert.equal(cloud.duplicates, 0);
});

test('keeps its batches within records and bytes', async (context) => {
  const broker = await brokerOf(context);
  const cloud = new Cloud();
  const sizes: { records: number; bytes: number }[] = [];
  broker.onBatch = (payload) => {
    cloud.receive(payload);
    const { records } = JSON.parse(payload.toString()) as { records: unknown[] };
    sizes.push({ records: records.length, bytes: payload.length });
    return 'ack';
  };
  const publisher = { batchRecords: 200, batchBytes: 20_000 };
  const folder = await folderOf(context);
  const agent = await agentOf(context, { url: broker.url, folder, publisher });
  for (let index = 0; index < 2_000; index += 1) agent.outbox.append(sampleDraft(index, index));
  assert.equal(await agent.publisher.drain(10_000), true);
  assert.equal(cloud.unexplained(agent.runId, 2_000), 0);
  assert.ok(sizes.every(({ records, bytes }) => records <= 200 && bytes <= 20_000));
  assert.ok(sizes.some(({ bytes }) => bytes > 19_000));
});

for (const window of [1, 4]) {
  test(`sends the same bytes again when acks are lost, ${window} in flight`, async (context) => {
    const broker = await brokerOf(context);
    const cloud = new Cloud();
    let batches = 0;
    broker.onBatch = (payload) => {
      cloud.receive(payload);
      return ++batches % 3 === 0 ? 'cut' : 'ack';
    };
    const folder = await folderOf(context);
    const publisher = { batchRecords: 10, window };
    const agent = await agentOf(context, { url: broker.url, folder, publisher });
    for (let index = 0; index < 300; index += 1) agent.outbox.append(sampleDraft(index, index));
    assert.equal(await agent.publisher.drain(20_000), true);
    assert.equal(cloud.unexplained(agent.runId, 300), 0);
    assert.ok(cloud.duplicates > 0);
    const births = broker.statuses().filter(({ state }) => state === 'online');
    const seqs = births.map(({ connectSeq }) => connectSeq);
    assert.deepEqual(
      seqs,
      [...new Set(seqs)].toSorted((a, b) => a - b),
    );
  });
}

test('waits for a broker that is down and goes on when it is back', async (context) => {
  const broker = await brokerOf(context);
  const cloud = new Cloud();
  broker.onBatch = (payload) => (cloud.receive(payload), 'ack');
  await broker.stop();
  let backoffs = 0;
  const newBackoff = () => {
    backoffs += 1;
    return backoffDelays({ baseMs: 5, maxMs: 20, random: Math.random });
  };
  const folder = await folderOf(context);
  const agent = await agentOf(context, { url: broker.url, folder, publisher: { newBackoff } });
  agent.outbox.append(sampleDraft(agent.clock.nowMs()));
  assert.equal(await agent.publisher.drain(100), false);
  let log = '';
  await until(() => (log += agent.log()).includes('records wait on disk'));
  await broker.start();
  assert.equal(await agent.publisher.drain(10_000), true);
  await broker.stop();
  agent.outbox.append(sampleDraft(agent.clock.nowMs()));
  await until(() => !agent.publisher.connected);
  await broker.start();
  assert.equal(await agent.publisher.drain(10_000), true);
  assert.equal(cloud.unexplained(agent.runId, 2), 0);
  assert.equal(backoffs, 2, 'waits are short again after a connection that came up');
});

test('counts its connections on where the disk takes nothing', async (context) => {
  const broker = await brokerOf(context);
  const files = new FaultyFiles();
  const publisher = { connectSeq: new DurableCounter({ files, name: 'connect-seq' }) };
  const folder = await folderOf(context);
  const agent = await agentOf(context, { url: broker.url, folder, publisher });
  await until(() => agent.publisher.connected);
  files.cutAfter = 0;
  await broker.stop();
  await until(() => !agent.publisher.connected);
  await broker.start();
  await until(() => agent.publisher.connected);
  const [first = 0, ...later] = broker.statuses().map(({ connectSeq }) => connectSeq);
  assert.ok(later.at(-1)! > first, `${later.join()} after ${first}`);
});

test('goes on above the connections of an older card once it knows the time', async (context) => {
  const broker = await brokerOf(context);
  const olderSeq = Math.floor(Date.now() / 1_000);
  const folder = await folderOf(context);
  const agent = await agentOf(context, { url: broker.url, folder, clockMode: 'auto' });
  await until(() => agent.publisher.connected);
  assert.equal(broker.statuses()[0]?.connectSeq, 1, 'it can not know better');
  broker.onTimeRequest = (requestId) => {
    const response = { schema: 1, requestId, gatewayTime: Date.now() };
    broker.publish(mqttTopic(deviceId, channels.timeResponse), JSON.stringify(response));
  };
  await until(() => agent.clock.offset !== undefined);
  await broker.stop();
  await until(() => !agent.publisher.connected);
  await broker.start();
  await until(() => agent.publisher.connected);
  assert.ok(broker.statuses().at(-1)!.connectSeq >= olderSeq);
});

test('says that the broker refuses the device, once', async (context) => {
  const broker = await brokerOf(context);
  const publisher = { token: 'wrong' };
  const folder = await folderOf(context);
  const agent = await agentOf(context, { url: broker.url, folder, publisher });
  let log = '';
  await until(() => (log += agent.log()).includes('refuses this device: check its id and token'));
  const { connections } = broker;
  await until(() => broker.connections > connections + 2);
  await agent.stop();
  assert.equal((log + agent.log()).split('records wait on disk').length, 2);
});

test('ends a connection whose acks do not come', async (context) => {
  const broker = await brokerOf(context);
  // What else the connection is used for must not keep it open.
  const config = { receive: () => undefined, report: () => ({}) as ReportedConfig };
  const publisher = { url: broker.url, ackTimeoutMs: 100, config };
  const folder = await folderOf(context);
  const agent = await agentOf(context, { url: broker.url, folder, publisher });
  await until(() => agent.publisher.connected);
  const cloud = new Cloud();
  let held = false;
  broker.onBatch = (payload) => {
    cloud.receive(payload);
    if (held) return 'ack';
    held = true;
    return 'hold';
  };
  agent.outbox.append(sampleDraft(agent.clock.nowMs()));
  assert.equal(await agent.publisher.drain(10_000), true);
  assert.equal(cloud.duplicates, 1);
});

test('asks the gateway for the time when NTP is absent, and sends nothing before', async (context) => {
  const broker = await brokerOf(context);
  const cloud = new Cloud();
  broker.onBatch = (payload) => (cloud.receive(payload), 'ack');
  const folder = await folderOf(context);
  const agent = await agentOf(context, { url: broker.url, folder, clockMode: 'auto' });
  agent.outbox.append(sampleDraft(agent.clock.nowMs()));
  const requestTopic = mqttTopic(deviceId, channels.timeRequest);
  await until(() => broker.arrivals.some(({ topic }) => topic === requestTopic));
  assert.equal(cloud.records.length, 0);
  broker.onTimeRequest = (requestId) => {
    const response = { schema: 1, requestId, gatewayTime: 1_800_000_000_000 };
    broker.publish(mqttTopic(deviceId, channels.timeResponse), JSON.stringify(response));
  };
  assert.equal(await agent.publisher.drain(10_000), true);
  const [record] = cloud.records;
  assert.ok(record);
  assert.equal(record.clock, 'gateway');
  assert.ok(Math.abs(record.observedAt - 1_800_000_000_000) < 5_000);
});

test('publishes health while connected and drops it otherwise', async (context) => {
  const broker = await brokerOf(context);
  const agent = await agentOf(context, { url: broker.url, folder: await folderOf(context) });
  const { created, acked, declared, ...outbox } = agent.outbox.status();
  const message = {
    schema: 1 as const,
    runId: agent.runId,
    uptimeMs: 1,
    rssBytes: 1,
    cameraState: 'ok' as const,
    framesPerSecond: 5,
    outbox,
    records: { created, acked, declared },
  };
  await until(() => agent.publisher.publishHealth(message));
  const topic = mqttTopic(deviceId, channels.health);
  await until(() => broker.arrivals.some((arrival) => arrival.topic === topic));
  const arrival = broker.arrivals.find((one) => one.topic === topic);
  assert.ok(messageValidators.health.Check(JSON.parse(String(arrival?.payload))));
  await agent.stop();
  assert.equal(agent.publisher.publishHealth(message), false);
});

test('stops before it has begun to connect, and says nothing after that', async (context) => {
  const broker = await brokerOf(context);
  const agent = await agentOf(context, { url: broker.url, folder: await folderOf(context) });
  await agent.stop();
  assert.notEqual(broker.statuses().at(-1)?.state, 'online');
  assert.equal(agent.publisher.connected, false);
});

test('stops at once while it is connecting', async (context) => {
  const silent = new TestBroker();
  silent.mute = true;
  await silent.start();
  undoAtEnd(context, () => silent.stop());
  const agent = await agentOf(context, { url: silent.url, folder: await folderOf(context) });
  await until(() => silent.sockets > 0);
  const before = performance.now();
  await agent.stop();
  assert.ok(performance.now() - before < 2_000);
});

test('loses nothing when the agent is killed again and again', async (context) => {
  const broker = await brokerOf(context);
  const cloud = new Cloud();
  let batches = 0;
  broker.onBatch = (payload) => {
    cloud.receive(payload);
    return ++batches % 7 === 0 ? 'cut' : 'ack';
  };
  const folder = await folderOf(context);
  const runIds: string[] = [];
  const script = join(import.meta.dirname, 'appending-agent.ts');
  const delaysMs = [30, 200, 5, 350, 90, 15];
  let output = '';
  for (const [index, delayMs] of [...delaysMs, -1].entries()) {
    const runId = randomUUID();
    runIds.push(runId);
    const mode = delayMs < 0 ? 'last' : 'on';
    const child = spawn(
      process.execPath,
      [script, folder, broker.url, runId, `${index}0000000`, mode],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    if (delayMs < 0) await once(child, 'exit');
    else {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  const status = JSON.parse(output.trim().split('\n').at(-1) ?? '') as { records: number };
  assert.equal(status.records, 0);
  for (const runId of runIds) {
    assert.equal(cloud.unexplained(runId, cloud.heads.get(runId) ?? 0), 0, `run ${runId}`);
  }
  assert.ok(cloud.records.length > 300, `only ${cloud.records.length} records`);
  assert.ok(cloud.duplicates > 0);
  const kinds = cloud.records.map((record) => (record.kind === 'gap' ? record.reason : undefined));
  assert.ok(!kinds.includes('clock_unknown') && !kinds.includes('outbox_full'));
});
