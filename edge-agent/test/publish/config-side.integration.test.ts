import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import {
  channels,
  configValidators,
  mqttTopic,
  parseMqttTopic,
  type ReportedConfig,
} from '@emotion-fleet/contracts';
import { silentLogger } from '@emotion-fleet/service';
import { DurableCounter } from '../../src/publish/durable-counter.ts';
import { backoffDelays } from '../../src/publish/backoff.ts';
import { MqttPublisher } from '../../src/publish/mqtt-publisher.ts';
import { FaultyFiles } from '../outbox/faulty-files.ts';
import { TestBroker, until } from './test-broker.ts';
import { undoAtEnd } from './undo.ts';

const deviceId = 'camera-1';
const thresholds = { happy: 0.6, sad: 0.6, neutral: 0.6, other: 0.6 };

function reportOf(version: number): ReportedConfig {
  return {
    schema: 1,
    version,
    runId: '0b0e7a5e-5f2c-4a57-9d43-7c1b2a3f4e5d',
    modelId: 'detector+classifier',
    inForce: {
      sampleIntervalMs: 1_000,
      analysisFps: 5,
      maxVisitMs: 60_000,
      exclusionZones: [],
      emotionThresholds: thresholds,
    },
  };
}

async function publisherOf(context: TestContext, broker: TestBroker) {
  const received: string[] = [];
  const state = { version: 1 };
  const publisher = new MqttPublisher({
    url: broker.url,
    deviceId,
    token: 'secret',
    runId: reportOf(0).runId,
    agentVersion: '1',
    modelId: 'm',
    outbox: {
      take: () => Promise.resolve(undefined),
      ack: () => undefined,
      rewind: () => undefined,
      onReady: () => () => undefined,
      status: () => ({ records: 0 }),
    },
    clock: {
      ...{ nowMs: () => 0, toEpochMs: () => undefined },
      ...{ wantsGatewayTime: false, offerGatewayTime: () => undefined },
    },
    connectSeq: new DurableCounter({ files: new FaultyFiles(), name: 'connect' }),
    config: {
      receive: (payload) => received.push(payload.toString()),
      report: () => reportOf(state.version),
    },
    logger: silentLogger(),
    newBackoff: () => backoffDelays({ baseMs: 5, maxMs: 20, random: Math.random }),
  });
  await publisher.start();
  undoAtEnd(context, () => publisher.stop());
  return { publisher, received, state };
}

async function brokerOf(context: TestContext): Promise<TestBroker> {
  const broker = new TestBroker();
  await broker.start();
  undoAtEnd(context, () => broker.stop());
  return broker;
}

/** Versions reported, in order; none of them retained. */
function versionsAt(broker: TestBroker): number[] {
  return broker.arrivals
    .filter(({ topic }) => parseMqttTopic(topic)?.channel === channels.configReported)
    .map(({ payload, retain }) => {
      const report: unknown = JSON.parse(payload.toString());
      assert.ok(configValidators.reported.Check(report));
      assert.equal(retain, false);
      return report.version;
    });
}

test('hands on what comes on config, and says at each connection what the device runs with', async (context) => {
  const broker = await brokerOf(context);
  const { received } = await publisherOf(context, broker);
  await until(() => versionsAt(broker).length === 1);
  broker.publish(mqttTopic(deviceId, channels.config), 'whatever');
  await until(() => received.length === 1);
  assert.deepEqual(received, ['whatever']);
  await broker.stop();
  await broker.start();
  await until(() => versionsAt(broker).length === 2);
  const birth = broker.arrivals.findLastIndex(({ topic }) => topic.endsWith('/status'));
  const report = broker.arrivals.findLastIndex(({ topic }) => topic.endsWith('/reported'));
  assert.ok(birth < report, 'after the birth');
});

test('says a change at once, or at the next connection', async (context) => {
  const broker = await brokerOf(context);
  const { publisher, state } = await publisherOf(context, broker);
  await until(() => versionsAt(broker).length === 1);
  publisher.reportConfig();
  state.version = 2;
  publisher.reportConfig();
  await until(() => versionsAt(broker).at(-1) === 2);
  await broker.stop();
  state.version = 3;
  publisher.reportConfig();
  await broker.start();
  await until(() => versionsAt(broker).at(-1) === 3);
  assert.deepEqual(versionsAt(broker), [1, 2, 3], 'none is said twice on one connection');
});
