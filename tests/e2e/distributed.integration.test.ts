import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DistributedServer, type ServerPorts } from '@emotion-fleet/all-in-one';
import { skipWithoutStack } from '@emotion-fleet/deploy';
import { KafkaEventLog } from '@emotion-fleet/event-log';
import { CassandraObservationStore } from '@emotion-fleet/observation-store';
import { silentLogger, startAll, type HealthReport } from '@emotion-fleet/service';
import { connectAsync } from 'mqtt';
import { audit } from '../support/audit.ts';
import { assertExactlyOnce } from '../support/exactly-once.ts';
import { SimulatedDevice } from '../support/simulated-device.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait.ts';

const fleetCommand = fileURLToPath(new URL('../../provisioning/bin/fleet.mjs', import.meta.url));
const deviceCount = 8;
const hourMs = 3_600_000;

describe('the distributed profile', { skip: await skipWithoutStack() }, () => {
  const folder = temporaryFolder('distributed');
  const logger = silentLogger();
  const devices: SimulatedDevice[] = [];
  const answers: boolean[] = [];
  const tokens: string[] = [];
  let server: DistributedServer;
  let ports: ServerPorts;

  before(async () => {
    server = new DistributedServer({
      ...{ dataDirectory: folder.path, dashboardPort: 0, webRoot: folder.path, demo: true, logger },
      environment: { PATH: process.env['PATH'] ?? '', EMOTION_LOG_LEVEL: 'warn' },
    });
    ports = await server.start();
    const { registry } = server;
    const startsAt = Math.floor(Date.now() / hourMs) * hourMs - 2 * hourMs;
    const site = { siteId: 'hall', name: 'Hall', timeZone: 'UTC', purpose: 'demo' as const };
    await registry.addSite({ ...site, openingHours: [], createdAt: startsAt });
    for (let index = 0; index < deviceCount; index++) {
      const deviceId = `camera-${index}`;
      const entry = { deviceId, name: deviceId, createdAt: startsAt, schedule: [] };
      const { token } = await registry.addDevice(entry, 'hall');
      const device = new SimulatedDevice({
        ...{ deviceId, token, startsAt, seed: index },
        url: `mqtt://127.0.0.1:${ports.mqttPorts[index % ports.mqttPorts.length]}`,
        folder: join(folder.path, 'outboxes', deviceId),
      });
      devices.push(device);
      tokens.push(token);
      await device.start();
    }
  });
  after(async () => {
    await Promise.all(devices.map((device) => device.stop()));
    await server.stop();
    folder.remove();
  });

  const append = (records: number) => devices.forEach((device) => device.append(records));
  const waiting = () => devices.reduce((sum, device) => sum + device.status().records, 0);
  const allAcked = async (limitMs: number) => {
    for (const device of devices) assert.ok(await device.drain(limitMs), 'everything is acked');
  };
  const hop = (report: HealthReport | undefined, name: string) => report?.hops[name];
  /** `unavailable` is what a device may come back from; it keeps its records. */
  const refusesAsUnavailable = async () => {
    for (const port of ports.mqttPorts) {
      const connecting = connectAsync(`mqtt://127.0.0.1:${port}`, {
        ...{ clientId: 'camera-0', username: 'camera-0', password: tokens[0]! },
        ...{ protocolVersion: 4, clean: true, reconnectPeriod: 0 },
      });
      await assert.rejects(connecting, { code: 3 });
    }
  };
  const gatewaysNameTheLog = () =>
    waitFor('both gateways name the log', async () => {
      const { gateways } = await server.health();
      return gateways.every((report) => {
        const gateway = hop(report, 'gateway');
        return gateway?.state === 'down' && /event log is down/.test(gateway.detail ?? '');
      });
    });
  /** All answer at every question: who asks gives up after 2 s. */
  const processorsNameTheLog = () =>
    waitFor('both processors name the log', async () => {
      const { processors } = await server.health();
      answers.push(...processors.map((report) => report !== undefined));
      return processors.every((report) => {
        const processor = hop(report, 'processor');
        const names = /^The event log is down/.test(processor?.detail ?? '');
        return names && processor?.['lag'] === null && hop(report, 'eventLog')?.state === 'down';
      });
    });
  const caughtUp = () =>
    waitFor(
      'the processors have read the log',
      async () => {
        const { processors } = await server.health();
        return processors.every((report) => hop(report, 'processor')?.['lag'] === 0);
      },
      60_000,
    );

  it('takes records through both gateways', async () => {
    append(400);
    await allAcked(30_000);
    await caughtUp();
    const { gateways } = await server.health();
    for (const report of gateways)
      assert.equal(hop(report, 'gateway')?.['connections'], deviceCount / 2);
  });

  it('shows fleet the same registry', () => {
    const listed = spawnSync(process.execPath, [fleetCommand, '--json', 'device', 'list'], {
      env: {
        PATH: process.env['PATH'],
        EMOTION_PROFILE: 'distributed',
        EMOTION_CASSANDRA_CONTACT_POINTS: server.cassandra.contactPoint,
        EMOTION_CASSANDRA_REPLICATION_FACTOR: '1',
      },
    });
    const { devices: found } = JSON.parse(listed.stdout.toString()) as { devices: unknown[] };
    assert.equal(found.length, deviceCount);
  });

  it('acks on while the store is down, and its processors say that it is the store', async () => {
    await server.cassandra.kill();
    append(300);
    await allAcked(30_000);
    await waitFor('a processor names the store', async () => {
      const { processors } = await server.health();
      return processors.some((report) => /store/i.test(hop(report, 'processor')?.detail ?? ''));
    });
    await waitFor('both gateways name the registry', async () => {
      const { gateways } = await server.health();
      return gateways.every((report) => {
        const { state, detail = '' } = hop(report, 'gateway') ?? {};
        const names = state === 'degraded' && /the registry is down/.test(detail);
        return names && hop(report, 'registry')?.state === 'down';
      });
    });
    await refusesAsUnavailable();
    await server.cassandra.start();
    await caughtUp();
  });

  it('acks nothing while the log is down: gateways say so, refuse connections, and outboxes keep all', async () => {
    await server.kafka.kill();
    append(300);
    await gatewaysNameTheLog();
    const kept = waiting();
    assert.ok(kept >= 300 * deviceCount, `${kept} records wait`);
    await waitFor('connections are refused', async () => {
      const { gateways } = await server.health();
      return gateways.every((report) => hop(report, 'gateway')?.['connections'] === 0);
    });
    await refusesAsUnavailable();
    await processorsNameTheLog();
    await server.kafka.start();
    await allAcked(60_000);
    assert.equal(waiting(), 0);
    await caughtUp();
  });

  it('says that it is the log while that is frozen, and goes on afterwards', async () => {
    process.kill(server.kafka.pid!, 'SIGSTOP');
    try {
      await processorsNameTheLog();
      await gatewaysNameTheLog();
      await refusesAsUnavailable();
    } finally {
      process.kill(server.kafka.pid!, 'SIGCONT');
    }
    assert.ok(answers.every(Boolean), 'a processor did not answer in time');
    append(100);
    await allAcked(60_000);
    await caughtUp();
  });

  it('has every record once after all this, with rollups that add up', async () => {
    const eventLog = new KafkaEventLog({
      brokers: [server.kafka.bootstrap],
      clientId: 'audit',
      topics: { replicationFactor: 1, minInSyncReplicas: 1 },
    });
    const store = new CassandraObservationStore({
      cassandra: {
        contactPoints: [server.cassandra.contactPoint],
        localDataCenter: server.cassandra.localDataCenter,
        replication: 1,
      },
    });
    await startAll([eventLog, store]);
    try {
      const made = devices.reduce((sum, device) => sum + device.status().created, 0);
      assertExactlyOnce(await audit({ eventLog, store, registry: server.registry }), made);
    } finally {
      await store.stop();
      await eventLog.stop();
    }
  });
});
