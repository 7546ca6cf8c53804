import { Registry } from 'prom-client';
import type { Purpose } from '@emotion-fleet/contracts';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import {
  MemoryDeviceRegistry,
  MemoryObservationStore,
} from '@emotion-fleet/observation-store/testing';
import { silentLogger } from '@emotion-fleet/service';
import { DashboardServer, type DashboardServerOptions } from '../../src/dashboard-server.ts';
import { minuteRow, type MinuteShape } from './windows.ts';
import { writeWindows } from './window-writer.ts';

/** A Wednesday; the fleet is a day old. */
export const testNow = Date.parse('2026-03-04T12:30:20.000Z');
export const testCreatedAt = Date.parse('2026-03-03T00:00:00.000Z');

export interface TestDashboard {
  readonly dashboard: DashboardServer;
  readonly store: MemoryObservationStore;
  readonly registry: MemoryDeviceRegistry;
  readonly eventLog: MemoryEventLog;
  readonly clock: { time: number; now(): number };
  readonly port: number;
  /** GET, parsed. */
  get(url: string): Promise<{ status: number; body: unknown; headers: Record<string, unknown> }>;
  /** Writes these minutes and all that follows from them. */
  fill(minutes: readonly MinuteShape[]): Promise<void>;
  stop(): Promise<void>;
}

/** A server over memory fakes: sites north (door-1, door-2) and south (till-1), demo, group size 1. */
export async function startTestDashboard(
  options: Partial<Omit<DashboardServerOptions, 'store' | 'registry' | 'eventLog'>> = {},
): Promise<TestDashboard> {
  const clock = {
    time: testNow,
    now(): number {
      return this.time;
    },
  };
  const store = new MemoryObservationStore({ now: () => clock.time });
  const registry = new MemoryDeviceRegistry();
  const eventLog = new MemoryEventLog();
  await Promise.all([store.start(), registry.start(), eventLog.start()]);
  await addTestFleet(registry);
  const dashboard = new DashboardServer({
    store,
    registry,
    eventLog,
    clock,
    logger: silentLogger(),
    metrics: new Registry(),
    info: { version: '0.0.0', profile: 'embedded', demo: true, minimumGroupSize: 1 },
    port: 0,
    // What a test has just written is to be seen.
    activityMaxAgeMs: 0,
    directoryMaxAgeMs: 0,
    fleetMaxAgeMs: 0,
    ...options,
  });
  const { port } = await dashboard.start();
  return {
    dashboard,
    store,
    registry,
    eventLog,
    clock,
    port,
    get: async (url) => {
      const response = await dashboard.app.inject({ method: 'GET', url });
      const isJson = String(response.headers['content-type']).includes('json');
      const body: unknown = isJson ? response.json() : response.body;
      return { status: response.statusCode, body, headers: response.headers };
    },
    fill: (minutes) => writeWindows({ store, registry, minutes: minutes.map(minuteRow) }),
    stop: async () => {
      await dashboard.stop();
      await Promise.all([store.stop(), registry.stop(), eventLog.stop()]);
    },
  };
}

async function addTestFleet(registry: MemoryDeviceRegistry): Promise<void> {
  for (const siteId of ['north', 'south']) {
    await registry.addSite({
      siteId,
      name: `Shop ${siteId}`,
      timeZone: 'UTC',
      purpose: 'demo' satisfies Purpose,
      openingHours: [],
      createdAt: testCreatedAt,
    });
  }
  for (const [deviceId, siteId] of [
    ['door-1', 'north'],
    ['door-2', 'north'],
    ['till-1', 'south'],
  ] as const) {
    await registry.addDevice(
      { deviceId, name: `Camera ${deviceId}`, createdAt: testCreatedAt, schedule: [] },
      siteId,
    );
  }
}
