import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosStack } from './chaos-stack.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { EdgeFleet } from './edge-fleet.ts';
import type { FaultKind, PlannedFault } from './fault-plan.ts';
import { fillDisks } from './full-disk.ts';
import type { ServiceProcess } from './service-process.ts';
import { makeZombie, type Zombie } from './zombie.ts';

/** What faults are done to. */
export interface Victims {
  readonly stack: ChaosStack;
  readonly edges: EdgeFleet;
  readonly gateways: readonly ServiceProcess[];
  readonly processors: readonly ServiceProcess[];
  /** Joins and leaves. */
  readonly guest: ServiceProcess;
  readonly group: ConsumerGroup;
}

export interface Kills {
  edge: number;
  gateway: number;
  processor: number;
  kafka: number;
  cassandra: number;
}

/** Faults that use the same part wait for each other; the others may overlap. */
const parts: Record<FaultKind, readonly string[]> = {
  killEdge: ['edge'],
  killGateway: ['gateway'],
  killProcessor: ['processor'],
  killKafka: ['kafka'],
  killCassandra: ['cassandra'],
  // What it writes late shall reach the store.
  zombie: ['processor', 'kafka', 'cassandra'],
  // Whoever joins needs the store.
  rebalance: ['processor', 'kafka', 'cassandra'],
  fullDisk: ['edge', 'gateway'],
};
/** What is dead stays so for up to this long. */
const longestAbsenceMs = 3_000;
/** A zombie that has nothing in hand, or gives it back before it writes, proves nothing. */
const zombieAttempts = 5;

/** Does the faults, and counts what it has killed. */
export class Faults {
  readonly kills: Kills = { edge: 0, gateway: 0, processor: 0, kafka: 0, cassandra: 0 };
  /** That have woken up while others had all of their partitions. */
  readonly zombies: Zombie[] = [];
  readonly #victims: Victims;
  readonly #busy = new Map<string, Promise<void>>();

  constructor(victims: Victims) {
    this.#victims = victims;
  }

  /** Resolves when all is whole again. */
  async inflict(fault: PlannedFault): Promise<void> {
    const needed = parts[fault.kind];
    const before = needed.map((part) => this.#busy.get(part) ?? Promise.resolve());
    const done = Promise.all(before).then(async () => this[fault.kind](fault.dice));
    for (const part of needed) this.#busy.set(part, done);
    await done;
  }

  async killEdge(dice: number): Promise<void> {
    const { edges } = this.#victims;
    this.kills.edge += 1;
    await edges.kill(Math.floor(dice * edges.processes.length));
  }

  async killGateway(dice: number): Promise<void> {
    const gateway = pick(this.#victims.gateways, dice);
    this.kills.gateway += 1;
    await gateway.kill();
    await absence(dice);
    await gateway.start();
  }

  async killProcessor(dice: number): Promise<void> {
    const processor = pick(this.#victims.processors, dice);
    this.kills.processor += 1;
    await processor.kill();
    await absence(dice);
    await processor.start();
  }

  async killKafka(dice: number): Promise<void> {
    const { kafka } = this.#victims.stack;
    this.kills.kafka += 1;
    await kafka.kill();
    await absence(dice);
    await kafka.start();
  }

  async killCassandra(dice: number): Promise<void> {
    const { cassandra } = this.#victims.stack;
    this.kills.cassandra += 1;
    await cassandra.kill();
    await absence(dice);
    await cassandra.start();
  }

  /** A processor stands still until the others have its partitions, and then goes on as if nothing had been. */
  async zombie(dice: number): Promise<void> {
    const { processors, group } = this.#victims;
    await group.settled(processors.length);
    for (let attempt = 1; attempt <= zombieAttempts; attempt++) {
      const zombie = await makeZombie({
        processor: pick(processors, dice),
        whileStopped: async () => {
          await group.settled(processors.length - 1);
          // The heirs shall have written something that the zombie doesn't know.
          await delay(1_000 + dice * longestAbsenceMs);
        },
      });
      this.zombies.push(zombie);
      await group.settled(processors.length);
      if (zombie.writtenLate > 0) break;
    }
  }

  async rebalance(): Promise<void> {
    const { processors, guest, group } = this.#victims;
    await group.settled(processors.length);
    await guest.start();
    await group.settled(processors.length + 1);
    const code = await guest.stop();
    if (code !== 0) throw new Error(`a processor left with code ${code}`);
    await group.settled(processors.length);
  }

  async fullDisk(): Promise<void> {
    const { edges, gateways } = this.#victims;
    this.kills.gateway += gateways.length;
    await Promise.all(gateways.map((gateway) => gateway.kill()));
    await fillDisks(edges);
    await Promise.all(gateways.map((gateway) => gateway.start()));
  }
}

function pick<Item>(items: readonly Item[], dice: number): Item {
  return items[Math.floor(dice * items.length)]!;
}

async function absence(dice: number): Promise<void> {
  await delay(((dice * 7) % 1) * longestAbsenceMs);
}
