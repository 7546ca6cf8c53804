import { randomUUID } from 'node:crypto';
import {
  emotions,
  encodeLogged,
  gridColumns,
  gridRows,
  logTopics,
  schemaVersion,
  zeroByEmotion,
  type Emotion,
  type SampleRecord,
} from '@emotion-fleet/contracts';
import type { EventLog } from '@emotion-fleet/event-log';
import {
  dayMs,
  floorToDay,
  floorToMinute,
  hourMs,
  minuteMs,
  type DeviceRegistry,
  type DeviceWindowRow,
  type GridCells,
  type HealthRow,
  type ObservationStore,
} from '@emotion-fleet/observation-store';
import { minuteRow } from './windows.ts';
import { writeWindows } from './window-writer.ts';

/** A source of numbers in 0..1 that gives the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const sites = [
  {
    siteId: 'harbour-museum',
    name: 'Harbour museum',
    timeZone: 'Europe/Berlin',
    openFrom: '09:00',
    openTo: '18:00',
  },
  {
    siteId: 'station-kiosk',
    name: 'Station kiosk',
    timeZone: 'Europe/Paris',
    openFrom: '05:00',
    openTo: '23:00',
  },
  {
    siteId: 'city-stage',
    name: 'City stage',
    timeZone: 'Europe/London',
    openFrom: '00:00',
    openTo: '24:00',
  },
] as const;
const allWeek = [1, 2, 3, 4, 5, 6, 7];

export interface RandomFleetOptions {
  readonly store: ObservationStore;
  readonly registry: DeviceRegistry;
  readonly eventLog: EventLog;
  readonly random: () => number;
  /** Epoch ms. */
  readonly now: number;
  readonly days: number;
}

/** Plausible nonsense for looking at pages: three sites, six cameras, none of it was ever seen by anyone. */
export class RandomFleet {
  readonly #options: RandomFleetOptions;
  readonly #deviceIds: string[] = [];
  readonly #minutes: DeviceWindowRow[] = [];
  readonly #runIds = new Map<string, string>();
  readonly #seqs = new Map<string, number>();

  constructor(options: RandomFleetOptions) {
    this.#options = options;
  }

  async fill(): Promise<void> {
    const { now, days } = this.#options;
    const from = floorToDay(now - days * dayMs);
    await this.#addFleet(from);
    for (const deviceId of this.#deviceIds) {
      const end = floorToMinute(now) - (this.#isDead(deviceId) ? hourMs : 0);
      for (let at = from; at < end; at += minuteMs) this.#minutes.push(this.#minute(deviceId, at));
      await this.#writeGrids(deviceId, from);
      for (let at = now - hourMs; at < now; at += 15_000) await this.#writeRaw(deviceId, at, false);
      for (let at = now - 2 * hourMs; at < now; at += minuteMs) {
        await this.#writePresence(deviceId, at);
      }
      await this.#writeSigns(deviceId);
    }
    await this.#store(this.#minutes);
  }

  /** A moment of everyday life: faces in the log, and the running day stored anew. */
  async live(now: number): Promise<void> {
    for (const deviceId of this.#deviceIds) {
      if (this.#isDead(deviceId)) continue;
      for (let face = 0; face < 1 + this.#options.random() * 3; face++) {
        await this.#writeRaw(deviceId, now, true);
      }
      const windowStart = floorToMinute(now);
      const known = this.#minutes.some(
        (row) => row.deviceId === deviceId && row.windowStart === windowStart,
      );
      if (!known) this.#minutes.push(this.#minute(deviceId, windowStart));
      await this.#options.store.putHealth([this.#health(deviceId, now)]);
      await this.#writeLedgerRun(deviceId, now);
    }
    await this.#store(this.#minutes.filter(({ windowStart }) => windowStart >= floorToDay(now)));
  }

  async #store(minutes: readonly DeviceWindowRow[]): Promise<void> {
    const { store, registry } = this.#options;
    await writeWindows({ store, registry, minutes });
  }

  #minute(deviceId: string, at: number): DeviceWindowRow {
    const { random, now } = this.#options;
    const rush = 0.5 + 0.5 * Math.cos(((at - now) / dayMs) * 2 * Math.PI);
    const visits = Math.floor(random() * 4 * rush + random() * 0.7);
    const mood = 0.35 + 0.15 * Math.sin(at / dayMs) + 0.2 * random();
    const analysedMs = 54_000 + 6_000 * random();
    const row = minuteRow({ deviceId, windowStart: at, visits, happy: mood, sad: 0.1, analysedMs });
    const samples = zeroByEmotion();
    const shares = { happy: mood, sad: 0.1, neutral: 0.9 - mood, other: 0.08, uncertain: 0.3 };
    for (const emotion of emotions) {
      samples[emotion] = Math.round(visits * 6 * shares[emotion] * (0.5 + random()));
    }
    const faceTimeMs = zeroByEmotion();
    for (const emotion of emotions) faceTimeMs[emotion] = samples[emotion] * 980;
    return { ...row, values: { ...row.values, samples, faceTimeMs } };
  }

  async #addFleet(createdAt: number): Promise<void> {
    const { registry } = this.#options;
    for (const { siteId, name, timeZone, openFrom, openTo } of sites) {
      const openingHours = [{ weekdays: allWeek, from: openFrom, to: openTo }];
      await registry.addSite({ siteId, name, timeZone, purpose: 'demo', openingHours, createdAt });
      for (const place of ['entrance', 'inside']) {
        const deviceId = `${siteId}-${place}`;
        const deviceName = `${name}, ${place}`;
        await registry.addDevice({ deviceId, name: deviceName, createdAt, schedule: [] }, siteId);
        this.#deviceIds.push(deviceId);
        this.#runIds.set(deviceId, randomUUID());
      }
    }
  }

  async #writeGrids(deviceId: string, from: number): Promise<void> {
    const { store, random, now } = this.#options;
    const rows = [];
    for (let hour = from; hour < now; hour += hourMs) {
      const cells = new Map<number, [number, number, number, number, number]>();
      for (let count = 0; count < 60; count++) {
        const column = Math.floor(((random() + random() + random()) / 3) * gridColumns);
        const row = Math.floor(((random() + random()) / 2) * gridRows);
        const cell = cells.get(row * gridColumns + column) ?? [0, 0, 0, 0, 0];
        cell[Math.floor(random() * 5)]! += 1;
        cells.set(row * gridColumns + column, cell);
      }
      rows.push({ deviceId, hour, version: 1, cells: cells as GridCells });
    }
    await store.putGrids(rows);
  }

  async #writeRaw(deviceId: string, at: number, alsoToLog: boolean): Promise<void> {
    const record = this.#sample(deviceId, at);
    const logged = { deviceId, receivedAt: at, record };
    await this.#options.store.putRecords([logged]);
    if (!alsoToLog) return;
    await this.#options.eventLog.append(logTopics.faceEmotions, [
      { key: deviceId, value: encodeLogged(logged) },
    ]);
  }

  #sample(deviceId: string, at: number): SampleRecord {
    const { random } = this.#options;
    const size = 50 + random() * 120;
    const emotion: Emotion = emotions[Math.floor(random() * emotions.length)]!;
    return {
      ...this.#head(deviceId, at),
      kind: 'sample',
      trackId: `track${Math.floor(at / 20_000) % 1_000}x${Math.floor(random() * 3)}`,
      sampleIndex: 1,
      durationMs: 1_000,
      frame: { width: 1_280, height: 720 },
      face: {
        x: ((random() + random()) / 2) * (1_280 - size),
        y: ((random() + random()) / 2) * (720 - size),
        width: size,
        height: size,
      },
      detectionScore: 0.9,
      emotion,
      ...(emotion === 'uncertain'
        ? { uncertainReason: 'low_confidence' as const }
        : { scores: { happy: 0.1, sad: 0.1, neutral: 0.1, other: 0.1, [emotion]: 0.7 } }),
    };
  }

  async #writePresence(deviceId: string, at: number): Promise<void> {
    const startedAt = floorToMinute(at);
    const head = this.#head(deviceId, startedAt + minuteMs - 1);
    const record = {
      ...head,
      kind: 'presence' as const,
      startedAt,
      analysedMs: 57_000,
      frames: { seen: 420, gated: 260, analysed: 158, dropped: 2 },
      cameraState: this.#options.random() < 0.05 ? ('dark' as const) : ('ok' as const),
      faceHeights: [0, 1, 4, 9, 12, 8, 3, 1, 0],
      runs: [{ runId: head.runId, headSeq: head.seq + 1, ackedBelow: head.seq }],
    };
    await this.#options.store.putRecords([{ deviceId, receivedAt: startedAt + minuteMs, record }]);
  }

  async #writeSigns(deviceId: string): Promise<void> {
    const { store, now } = this.#options;
    const runId = this.#runIds.get(deviceId)!;
    const dead = this.#isDead(deviceId);
    await store.putDeviceStatus({
      deviceId,
      receivedAt: dead ? now - hourMs : now - 5 * hourMs,
      message: {
        schema: schemaVersion,
        state: dead ? 'offline' : 'online',
        connectSeq: 1,
        runId,
        agentVersion: '0.1.0',
        modelId: 'random-numbers',
      },
    });
    const lastAt = dead ? now - hourMs : now;
    await this.#writeLedgerRun(deviceId, lastAt);
    const health = [];
    for (let at = now - 2 * hourMs; at <= lastAt; at += 30_000) {
      health.push(this.#health(deviceId, at));
    }
    await store.putHealth(health);
  }

  async #writeLedgerRun(deviceId: string, lastAt: number): Promise<void> {
    const { store, now } = this.#options;
    const runId = this.#runIds.get(deviceId)!;
    const firstAt = now - 2 * hourMs;
    await store.putLedgerRuns([
      { deviceId, runId, version: 1, headSeq: 40, ackedBelow: 0, firstAt, lastAt },
    ]);
  }

  #health(deviceId: string, at: number): HealthRow {
    const { random, now } = this.#options;
    return {
      deviceId,
      receivedAt: at,
      message: {
        schema: schemaVersion,
        runId: this.#runIds.get(deviceId)!,
        uptimeMs: Math.max(0, at - now + 5 * hourMs),
        rssBytes: (210 + random() * 20) * 1_048_576,
        cameraState: deviceId === 'station-kiosk-inside' ? 'covered' : 'ok',
        framesPerSecond: 6 + random() * 2,
        detectMs: 60 + random() * 20,
        classifyMs: 8 + random() * 3,
        outbox: { records: Math.floor(random() * 20), bytes: 4_000, oldestAgeMs: 900 },
        records: { created: 1_000, acked: 990, declared: 0 },
      },
    };
  }

  #head(
    deviceId: string,
    at: number,
  ): Pick<SampleRecord, 'schema' | 'runId' | 'seq' | 'observedAt' | 'clock' | 'modelId'> {
    const seq = this.#seqs.get(deviceId) ?? 0;
    this.#seqs.set(deviceId, seq + 1);
    return {
      schema: schemaVersion,
      runId: this.#runIds.get(deviceId)!,
      seq,
      observedAt: Math.floor(at),
      clock: 'ntp',
      modelId: 'random-numbers',
    };
  }

  /** One camera went away an hour ago, so that pages have something to complain about. */
  #isDead(deviceId: string): boolean {
    return deviceId === 'city-stage-inside';
  }
}
