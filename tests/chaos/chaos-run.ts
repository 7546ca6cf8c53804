import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logTopics } from '@emotion-fleet/contracts';
import { freePorts } from '@emotion-fleet/deploy';
import type { EventLog } from '@emotion-fleet/event-log';
import type { DeviceRegistry } from '@emotion-fleet/observation-store';
import { startAll, type Lifecycle } from '@emotion-fleet/service';
import { balance, type Balance } from '../support/balance.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { waitFor } from '../support/wait.ts';
import { ChaosStack } from './chaos-stack.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { EdgeFleet } from './edge-fleet.ts';
import type { EdgeDevice } from './edge-settings.ts';
import { planFaults, type PlannedFault } from './fault-plan.ts';
import { Faults, type Victims } from './faults.ts';
import { recordsPerFullDisk } from './full-disk.ts';
import { verdictOf, type ChaosReport, type FaultDone } from './report.ts';
import { ServiceProcess } from './service-process.ts';

export interface ChaosRunOptions {
  readonly seed: number;
  readonly detections: number;
  readonly devices: number;
  readonly edgeProcesses: number;
  /** Records made at the most; what waits slows it down. */
  readonly recordsPerSecond: number;
  /** Empty; everything goes in here. */
  readonly folder: string;
  readonly onProgress: (line: string) => void;
}

const hourMs = 3_600_000;
/** The cameras' own time: records of a run spread over this long. */
const spanMs = 3 * hourMs;
/** Roughly; see `recordDrafts`. */
const recordsPerMinute = 200;
/** What kills may keep from ever being on disk. */
const surplus = 1.03;
const smallDiskEvery = 10;
const unrulyEvery = 4;
const processorCount = 2;
const progressIntervalMs = 3_000;
const drainLimitMs = 300_000;

const mainOf = (service: string) =>
  fileURLToPath(new URL(`../../${service}/src/main.ts`, import.meta.url));

interface ServiceKind {
  readonly name: string;
  readonly folder: string;
  readonly readyText: string;
  readonly operatorPort: number;
}

/** One run from an empty stack to the report. */
export class ChaosRun {
  readonly #options: ChaosRunOptions;
  readonly #stack: ChaosStack;
  readonly #startedAt = performance.now();
  readonly #services: ServiceProcess[] = [];
  readonly #opened: Lifecycle[] = [];
  readonly #faultsDone: FaultDone[] = [];
  readonly #faultsUnderWay: string[] = [];

  constructor(options: ChaosRunOptions) {
    this.#options = options;
    this.#stack = new ChaosStack({ folder: options.folder });
  }

  /** @throws Error where a fault is not recovered from within its limit */
  async run(): Promise<ChaosReport> {
    try {
      return await this.#run();
    } finally {
      await Promise.all(this.#services.map((service) => service.kill()));
      for (const part of this.#opened.toReversed()) await part.stop();
      await this.#stack.stop();
    }
  }

  async #run(): Promise<ChaosReport> {
    const { seed, detections, devices, onProgress } = this.#options;
    onProgress('starting Kafka and Cassandra');
    await this.#stack.start();
    const opened = this.#stack.open();
    const parts = [opened.eventLog, opened.store, opened.registry];
    await startAll(parts);
    this.#opened.push(...parts);
    const victims = await this.#startServices(opened.registry);
    const faults = new Faults(victims);
    const started = performance.now();
    await this.#flow(victims.edges, faults);
    const flowed = performance.now();
    onProgress('all faults are over, draining');
    const { refused, repeated, swapped } = await this.#drain(victims, opened.eventLog);
    const drained = performance.now();
    onProgress('auditing log and store');
    const { acked, diaries } = victims.edges.readJournals();
    const found = await balance({ ...opened, acked, diaries });
    const audited = performance.now();
    const unsyncedLimit = faults.kills.edge * victims.edges.unsyncedPerKill;
    const limits = { wantedDetections: detections, unsyncedLimit };
    return {
      verdict: verdictOf(found, limits),
      ...pickFigures(found),
      ...limits,
      ...{ seed, devices, kills: faults.kills },
      acked: acked.size,
      ...{ refusedWrites: refused, repeatedBatches: repeated, swappedBatches: swapped },
      unaskedEndings: Object.fromEntries(
        this.#services.map(({ name, endings }) => [name, endings]),
      ),
      zombies: faults.zombies,
      faults: this.#faultsDone,
      durationsMs: {
        start: Math.round(started - this.#startedAt),
        flow: Math.round(flowed - started),
        drain: Math.round(drained - flowed),
        audit: Math.round(audited - drained),
        total: Math.round(audited - this.#startedAt),
      },
      findings: found.findings,
    };
  }

  async #startServices(registry: DeviceRegistry): Promise<Victims> {
    const { onProgress } = this.#options;
    const ports = await freePorts(4 + processorCount + 1);
    const gateways = [0, 1].map((index) =>
      this.#service(
        {
          ...{ name: `gateway ${index}`, folder: 'gateway', readyText: 'gateway listens' },
          operatorPort: ports[2 + index]!,
        },
        { EMOTION_MQTT_PORT: `${ports[index]}` },
      ),
    );
    const [guest, ...processors] = ports.slice(4).map((operatorPort, index) => {
      const kind = { folder: 'cloud-processor', readyText: '"processing"' };
      return this.#service({ ...kind, name: `processor ${index}`, operatorPort });
    });
    onProgress('starting gateways, processors and devices');
    await Promise.all([...gateways, ...processors].map((service) => service.start()));
    const edges = await this.#startEdges(registry, ports.slice(0, 2));
    const group = new ConsumerGroup({ broker: this.#stack.kafka.bootstrap });
    await group.start();
    return { stack: this.#stack, edges, gateways, processors, guest: guest!, group };
  }

  #service(
    { name, folder, readyText, operatorPort }: ServiceKind,
    environment: Record<string, string> = {},
  ): ServiceProcess {
    const service = new ServiceProcess({
      ...{ name, readyText, operatorPort, file: mainOf(folder) },
      environment: {
        ...this.#stack.environment(),
        ...environment,
        EMOTION_OPERATOR_PORT: `${operatorPort}`,
      },
      logFile: join(this.#options.folder, `${name.replace(' ', '-')}.log`),
    });
    this.#services.push(service);
    return service;
  }

  async #startEdges(registry: DeviceRegistry, ports: readonly number[]): Promise<EdgeFleet> {
    const { folder, seed, detections, devices, edgeProcesses, recordsPerSecond } = this.#options;
    const quota = Math.ceil((detections * surplus) / devices);
    const plan = planFaults({ random: seededRandom(seed), detections });
    const idleMsFor = (records: number) =>
      Math.max(0, Math.floor(spanMs / Math.ceil(records / recordsPerMinute)) - 60_000);
    const bursts = plan.filter(({ kind }) => kind === 'fullDisk').length * recordsPerFullDisk;
    // The past must hold it all: nothing may be observed ahead of the gateway's clock.
    const needed = 2 * Math.max(spanMs, (60_000 * (quota + bursts)) / recordsPerMinute);
    const startsAt = Math.floor((Date.now() - needed) / hourMs) * hourMs;
    const site = {
      timeZone: 'UTC',
      purpose: 'demo' as const,
      openingHours: [],
      createdAt: startsAt,
    };
    for (const siteId of ['hall', 'shop'])
      await registry.addSite({ ...site, siteId, name: siteId });
    const registered: EdgeDevice[] = [];
    for (let index = 0; index < devices; index++) {
      const deviceId = `camera-${index}`;
      const device = { deviceId, name: deviceId, createdAt: startsAt, schedule: [] };
      const { token } = await registry.addDevice(device, index % 2 === 0 ? 'hall' : 'shop');
      registered.push({
        ...{ deviceId, index, token, quota },
        url: `mqtt://127.0.0.1:${ports[Math.floor(index / 2) % 2]}`,
        folder: join(folder, 'outboxes', deviceId),
        hasSmallDisk: index % smallDiskEvery === 0,
        idleMs: idleMsFor(index % smallDiskEvery === 0 ? quota + bursts : quota),
        isUnruly: index % unrulyEvery === 1,
      });
    }
    const settings = { seed, startsAt, recordsPerSecond };
    const edges = new EdgeFleet({
      folder,
      processes: edgeProcesses,
      devices: registered,
      settings,
    });
    this.#services.push(...edges.processes);
    await edges.start();
    return edges;
  }

  /** Records flow and faults happen, each when its share of the records has left the devices. */
  async #flow(edges: EdgeFleet, faults: Faults): Promise<void> {
    const { seed, detections } = this.#options;
    const startedAt = performance.now();
    const plan = planFaults({ random: seededRandom(seed), detections });
    const timer = setInterval(() => this.#tell(edges), progressIntervalMs);
    const failed = Promise.withResolvers<never>();
    const underWay: Promise<void>[] = [];
    try {
      for (const fault of plan) {
        await Promise.race([failed.promise, this.#isDue(fault, edges)]);
        const done = this.#inflict(faults, fault, startedAt);
        done.catch(failed.reject);
        underWay.push(done);
      }
      await Promise.all(underWay);
      await waitFor('all records are made', () => edges.status().isQuotaMade, drainLimitMs);
    } finally {
      clearInterval(timer);
    }
  }

  async #isDue({ kind, at }: PlannedFault, edges: EdgeFleet): Promise<void> {
    const least = at * this.#options.detections;
    await waitFor(
      `${kind} is due`,
      () => {
        const { made, waiting, isQuotaMade } = edges.status();
        return made - waiting >= least || isQuotaMade;
      },
      drainLimitMs,
    );
  }

  async #inflict(faults: Faults, fault: PlannedFault, startedAt: number): Promise<void> {
    const { kind } = fault;
    const atMs = Math.round(performance.now() - startedAt);
    this.#faultsUnderWay.push(kind);
    await faults.inflict(fault);
    const tookMs = Math.round(performance.now() - startedAt) - atMs;
    this.#faultsDone.push({ kind, atMs, tookMs });
    this.#faultsUnderWay.splice(this.#faultsUnderWay.indexOf(kind), 1);
  }

  #tell(edges: EdgeFleet): void {
    const { made, waiting, declared } = edges.status();
    const faults = this.#faultsUnderWay.length === 0 ? 'none' : this.#faultsUnderWay.join(', ');
    this.#options.onProgress(
      `${made} made, ${waiting} wait, ${declared} declared; faults: ${faults}`,
    );
  }

  async #drain(victims: Victims, eventLog: EventLog) {
    const { edges, gateways, processors, group } = victims;
    await edges.drain(drainLimitMs);
    const status = edges.status();
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    const onlooker = eventLog.createConsumer({
      groupId: 'cloud-processor',
      topics: [logTopics.faceEmotions],
      from: 'start',
      onBatch: async () => undefined,
    });
    await waitFor(
      'the log is read to its end',
      async () => (await onlooker.lag()) === 0,
      drainLimitMs,
    );
    await Promise.all(processors.map((processor) => processor.stop()));
    await group.stop();
    return status;
  }
}

function pickFigures({ findings: _, ...figures }: Balance): Omit<Balance, 'findings'> {
  return figures;
}
