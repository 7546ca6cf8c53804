import { join } from 'node:path';
import { logTopics } from '@emotion-fleet/contracts';
import { Processor } from '@emotion-fleet/cloud-processor';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import { Gateway, RegistryAuthenticator } from '@emotion-fleet/gateway';
import {
  MemoryDeviceRegistry,
  MemoryObservationStore,
} from '@emotion-fleet/observation-store/testing';
import { silentLogger } from '@emotion-fleet/service';
import { balance, type Balance } from '../support/balance.ts';
import { SeqBook } from '../support/seq-book.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait.ts';
import type { Adapters } from './faulty-adapters.ts';
import { LaboratoryDevice } from './laboratory-device.ts';
import { Lifeline } from './lifeline.ts';

const hourMs = 3_600_000;
const logger = silentLogger();

/** A gateway or a processor of this process that can be killed, frozen and stopped. */
interface Service {
  readonly lifeline: Lifeline;
  stop(): Promise<void>;
}

/** The whole chain in one process: real devices, gateway and processor; log and store in memory. */
export class Laboratory {
  readonly acked = new SeqBook();
  readonly #adapters: Adapters;
  readonly #folder = temporaryFolder('laboratory');
  readonly #log = new MemoryEventLog();
  readonly #store = new MemoryObservationStore();
  readonly #registry = new MemoryDeviceRegistry();
  readonly #devices: LaboratoryDevice[] = [];
  #port = 0;

  constructor({ adapters }: { adapters: Adapters }) {
    this.#adapters = adapters;
  }

  /** With devices that find no gateway at first but know its port. */
  async start(): Promise<void> {
    for (const part of [this.#log, this.#store, this.#registry]) await part.start();
    const first = await this.startGateway();
    const startsAt = Math.floor(Date.now() / hourMs) * hourMs - 3 * hourMs;
    const site = { siteId: 'hall', name: 'Hall', timeZone: 'UTC', purpose: 'demo' as const };
    await this.#registry.addSite({ ...site, openingHours: [], createdAt: startsAt });
    for (let index = 0; index < 4; index++) {
      const deviceId = `camera-${index}`;
      const device = { deviceId, name: deviceId, createdAt: startsAt, schedule: [] };
      const { token } = await this.#registry.addDevice(device, 'hall');
      this.#devices.push(
        new LaboratoryDevice({
          ...{ deviceId, token, startsAt, seed: index },
          ...{ adapters: this.#adapters, acked: this.acked },
          url: `mqtt://127.0.0.1:${this.#port}`,
          folder: join(this.#folder.path, deviceId),
        }),
      );
    }
    await first.stop();
    for (const device of this.#devices) await device.start();
  }

  async startGateway(): Promise<Service> {
    const lifeline = new Lifeline();
    const eventLog = this.#adapters.aroundLog(lifeline.aroundLog(this.#log));
    const authenticator = new RegistryAuthenticator({ registry: this.#registry });
    const gateway = new Gateway({ eventLog, authenticator, logger, port: this.#port });
    this.#port = await gateway.start();
    const stop = async () => {
      await gateway.stop();
      await eventLog.stop();
    };
    return { lifeline, stop };
  }

  async startProcessor(): Promise<Service> {
    const lifeline = new Lifeline();
    const processor = new Processor({
      eventLog: this.#adapters.aroundLog(lifeline.aroundLog(this.#log)),
      // What the store does with a write is decided when the write arrives, not when it is asked for.
      store: lifeline.aroundStore(this.#adapters.aroundStore(this.#store)),
      ...{ registry: this.#registry, logger, maxBatchEntries: 30 },
      flush: { minIntervalMs: 1, maxIntervalMs: 10 },
    });
    await processor.start();
    return { lifeline, stop: () => processor.stop() };
  }

  append(records: number): void {
    for (const device of this.#devices) device.append(records);
  }

  /** All that devices have is acked, and all that is acked is committed by the processors. */
  async settled(): Promise<void> {
    for (const device of this.#devices) {
      if (!(await device.drain(20_000))) throw new Error('a device keeps records');
    }
    const group = this.#log.createConsumer({
      groupId: 'cloud-processor',
      topics: [logTopics.faceEmotions],
      from: 'start',
      onBatch: async () => undefined,
    });
    await waitFor('the log is read to its end', async () => (await group.lag()) === 0);
  }

  /** All that was appended since the devices have started is on their disks. */
  async synced(): Promise<void> {
    const isSynced = ({ diary }: LaboratoryDevice) => diary.syncedBelow >= diary.made;
    await waitFor('all records are on disk', () => this.#devices.every(isSynced));
  }

  async killDevices(): Promise<void> {
    await Promise.all(this.#devices.map((device) => device.kill()));
  }

  /** The devices end first, in good order. */
  async balance(): Promise<Balance> {
    await this.#stopDevices();
    return balance({
      ...{ eventLog: this.#log, store: this.#store, registry: this.#registry },
      acked: this.acked,
      diaries: new Map(this.#devices.flatMap(({ diaries }) => [...diaries])),
    });
  }

  async stop(): Promise<void> {
    await this.#stopDevices();
    this.#folder.remove();
  }

  async #stopDevices(): Promise<void> {
    await Promise.all(this.#devices.map((device) => device.stop()));
  }
}
