import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '@emotion-fleet/deploy';
import { CodedError } from '@emotion-fleet/service';
import type { BenchStack } from '../harness/bench-stack.ts';
import { ServiceProcess } from '../harness/service-process.ts';

export interface ConsumerProgram {
  readonly subject: string;
  readonly program: string;
  readonly keyspace: string;
  /** Name of its hop, as its metrics have it. */
  readonly hop: string;
}

/** CPU in microseconds a record; undefined where it can't be read. */
export interface Consumption {
  readonly recordsPerSecond: number;
  readonly ownCpuUs: number | undefined;
  readonly kafkaCpuUs: number | undefined;
  readonly cassandraCpuUs: number | undefined;
}

/** To answer costs the consumer about two milliseconds. */
const pollMs = 50;
const giveUpAfterMs = 120_000;

/** A consumer in a process of its own that stands still while the log is filled. */
export class PausableConsumer {
  readonly #stack: BenchStack;
  readonly #program: ConsumerProgram;
  readonly #service: ServiceProcess;

  private constructor(stack: BenchStack, program: ConsumerProgram, service: ServiceProcess) {
    this.#stack = stack;
    this.#program = program;
    this.#service = service;
  }

  static async start(stack: BenchStack, program: ConsumerProgram): Promise<PausableConsumer> {
    const [operatorPort = 0] = await freePorts(1);
    const environment = {
      ...stack.environment(program.keyspace),
      EMOTION_OPERATOR_PORT: String(operatorPort),
    };
    const service = new ServiceProcess({ program: program.program, environment, operatorPort });
    await service.start();
    return new PausableConsumer(stack, program, service);
  }

  /** Waits until it has applied so many records since its start. */
  async applied(records: number): Promise<void> {
    const giveUpAt = performance.now() + giveUpAfterMs;
    while ((await this.#done()) < records) {
      if (performance.now() > giveUpAt) {
        throw new CodedError('too_slow', `${this.#program.program} did not read the log`);
      }
      await delay(pollMs);
    }
  }

  pause(): void {
    this.#service.signal('SIGSTOP');
  }

  /** Lets it go on, and measures until it has applied `records` more. */
  async measure(records: number, before: number): Promise<Consumption> {
    const cpuBefore = this.#cpuMs();
    const startedAt = performance.now();
    this.#service.signal('SIGCONT');
    await this.applied(before + records);
    const tookMs = performance.now() - startedAt;
    const cpuAfter = this.#cpuMs();
    const cpuUs = (of: keyof typeof cpuAfter): number | undefined => {
      const [from, to] = [cpuBefore[of], cpuAfter[of]];
      return from === undefined || to === undefined ? undefined : ((to - from) * 1_000) / records;
    };
    return {
      recordsPerSecond: (records * 1_000) / tookMs,
      ownCpuUs: cpuUs('own'),
      kafkaCpuUs: cpuUs('kafka'),
      cassandraCpuUs: cpuUs('cassandra'),
    };
  }

  #cpuMs() {
    return { own: this.#service.cpuMs(), ...this.#stack.cpuMs() };
  }

  async stop(): Promise<void> {
    this.#service.signal('SIGCONT');
    await this.#service.stop();
  }

  #done(): Promise<number> {
    return this.#service.metric(`emotion_${this.#program.hop}_records_forwarded_total`);
  }
}
