import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '@emotion-fleet/deploy';
import { CodedError } from '@emotion-fleet/service';
import type { BenchStack } from '../harness/bench-stack.ts';
import { ServiceProcess } from '../harness/service-process.ts';

export interface ConsumerProgram {
  readonly program: string;
  readonly keyspace: string;
  /** Name of its hop, as its metrics have it. */
  readonly hop: string;
}

export interface Consumption {
  readonly recordsPerSecond: number;
  readonly cpuUsPerRecord: number | undefined;
}

/** A new process runs at full speed once its code is compiled: its first records are not timed. */
const warmUpShare = 0.5;
const pollMs = 40;
const giveUpAfterMs = 120_000;

/** Starts the program, lets it read what lies in the log, and ends it. */
export async function measureConsumption(
  stack: BenchStack,
  { program, keyspace, hop }: ConsumerProgram,
  records: number,
): Promise<Consumption> {
  const [operatorPort = 0] = await freePorts(1);
  const environment = { ...stack.environment(keyspace), EMOTION_OPERATOR_PORT: `${operatorPort}` };
  const service = new ServiceProcess({ program, environment, operatorPort });
  try {
    await service.start();
    const look = async () => ({
      done: await service.metric(`emotion_${hop}_records_forwarded_total`),
      at: performance.now(),
      cpuMs: service.cpuMs(),
    });
    const giveUpAt = performance.now() + giveUpAfterMs;
    let begun: Awaited<ReturnType<typeof look>> | undefined;
    for (;;) {
      const now = await look();
      if (now.done >= records * warmUpShare) begun ??= now;
      if (begun !== undefined && now.done >= records) {
        const counted = now.done - begun.done;
        const cpuMs =
          now.cpuMs === undefined || begun.cpuMs === undefined
            ? undefined
            : now.cpuMs - begun.cpuMs;
        return {
          recordsPerSecond: (counted * 1_000) / (now.at - begun.at),
          cpuUsPerRecord: cpuMs === undefined ? undefined : (cpuMs * 1_000) / counted,
        };
      }
      if (now.at > giveUpAt) throw new CodedError('too_slow', `${program} did not read the log`);
      await delay(pollMs);
    }
  } finally {
    await service.stop();
  }
}
