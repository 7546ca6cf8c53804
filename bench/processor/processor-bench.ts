import type { EventLog } from '@emotion-fleet/event-log';
import { ours, type BenchContext } from '../harness/bench.ts';
import { BenchStack } from '../harness/bench-stack.ts';
import { startCeiling } from './cassandra-ceiling.ts';
import { PausableConsumer, type Consumption, type ConsumerProgram } from './consumption.ts';
import { appendAll, deviceName, devices, FleetSource, registerFleet } from './fleet.ts';
import { startSpark } from './spark-raw.ts';
import { measureVisibility, probe } from './visibility.ts';

const recordsPerRound = 60_000;
const ceilingRows = 100_000;
/** It takes several times as long as the others. */
const sparkRecords = 15_000;
/** No round begins after this, so that the bench ends in time on a machine that does much else. */
const enoughMs = 6 * 60_000;
const keyspace = 'bench_processor';
const rawChain = 'raw rows only';
const javaDriver = 'Java driver';
const sparkRaw = 'Spark, raw rows only';
const programs: readonly ConsumerProgram[] = [
  { subject: ours, program: 'cloud-processor/src/main.ts', keyspace, hop: 'processor' },
  { subject: rawChain, program: 'bench/processor/raw-chain.ts', keyspace: 'bench_raw', hop: 'raw' },
];

/** The processor, the same chain without windows and ledger, and peers in turn, on one Kafka and one Cassandra. */
export async function benchProcessor(context: BenchContext): Promise<void> {
  const { rounds, series, elapsedMs, say } = context;
  const stack = await BenchStack.start(context);
  const log = await stack.openLog();
  const registry = await stack.openRegistry(keyspace);
  const names = Array.from({ length: devices }, (_, index) => deviceName(index));
  await registerFleet(registry, [...names, probe]);
  const fleet = new FleetSource(Date.now() - 30 * 60_000);
  const readUpTo = new Map<ConsumerProgram, number>();
  const ceiling = await startCeiling(context, { stack, rows: ceilingRows });

  say('Spark: it is installed the first time, which takes some minutes');
  const spark = await startSpark(context, { stack, records: sparkRecords });

  say('warming up Cassandra ...');
  await ceiling();
  for (let round = 0; round <= rounds && elapsedMs() < enoughMs; round++) {
    const rates = new Map<string, number>();
    const note = (subject: string, metric: string, unit: string, value: number | undefined) => {
      if (round > 0 && value !== undefined) series.add({ subject, metric, unit }, value);
    };
    const consumers = programs.map((program) => async () => {
      say(`${program.subject} ...`);
      const figures = await consume({ stack, log, fleet, program, readUpTo });
      rates.set(program.subject, figures.recordsPerSecond);
      note(program.subject, 'backlog applied', 'records/s', figures.recordsPerSecond);
      note(program.subject, 'CPU', 'µs/record', figures.ownCpuUs);
      note(program.subject, 'CPU of Kafka', 'µs/record', figures.kafkaCpuUs);
      note(program.subject, 'CPU of Cassandra', 'µs/record', figures.cassandraCpuUs);
    });
    const peers = [
      async () => {
        say(`${javaDriver} ...`);
        rates.set(javaDriver, await ceiling());
        note(javaDriver, 'rows written', 'rows/s', rates.get(javaDriver));
      },
      async () => {
        say(`${sparkRaw} ...`);
        rates.set(sparkRaw, await spark());
        note(sparkRaw, 'backlog applied', 'records/s', rates.get(sparkRaw));
      },
    ];
    for (const [index, peer] of (round % 2 === 0 ? peers : peers.toReversed()).entries()) {
      await consumers[index]?.();
      await peer();
    }
    const line = [...rates].map(([name, rate]) => `${name} ${Math.round(rate)}`).join(', ');
    say(`${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}, per second: ${line}`);
    if (round === 0) continue;
    for (const other of [rawChain, sparkRaw]) {
      const share = rates.get(ours)! / rates.get(other)!;
      series.add({ subject: ours, metric: `rate against ${other}`, unit: '%' }, share * 100);
    }
  }
  await measureVisibility(context, { stack, keyspace, log, fleet });
}

/**
 * It first takes what was appended for the other consumer, which compiles its code, has it read once what it keeps of
 * each device's running hour, and is not timed: the consumers' order is always the same, so that this is as much for
 * both. Then it stands still while the records are appended that it is timed on; that is shorter than its group waits
 * for a member.
 */
async function consume({
  stack,
  log,
  fleet,
  program,
  readUpTo,
}: {
  readonly stack: BenchStack;
  readonly log: EventLog;
  readonly fleet: FleetSource;
  readonly program: ConsumerProgram;
  /** How many of the log's records each has applied in the rounds before. */
  readonly readUpTo: Map<ConsumerProgram, number>;
}): Promise<Consumption> {
  const consumer = await PausableConsumer.start(stack, program);
  try {
    const backlog = fleet.taken - (readUpTo.get(program) ?? 0);
    await consumer.applied(backlog);
    consumer.pause();
    await appendAll(log, fleet.take(recordsPerRound));
    readUpTo.set(program, fleet.taken);
    return await consumer.measure(recordsPerRound, backlog);
  } finally {
    await consumer.stop();
  }
}
