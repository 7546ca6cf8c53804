import type { EventLog } from '@emotion-fleet/event-log';
import { ours, type BenchContext } from '../harness/bench.ts';
import { BenchStack } from '../harness/bench-stack.ts';
import { startCeiling } from './cassandra-ceiling.ts';
import { PausableConsumer, type Consumption, type ConsumerProgram } from './consumption.ts';
import { appendAll, deviceName, devices, FleetSource, registerFleet } from './fleet.ts';
import { startSpark } from './spark-raw.ts';
import { measureVisibility, probe } from './visibility.ts';

/** Compiles the consumers' code, and has them read once what they keep of each device's running hour. */
const warmUpRecords = 30_000;
const recordsPerRound = 60_000;
const ceilingRows = 100_000;
/** It takes several times as long as the others. */
const sparkRecords = 30_000;
/** No round begins after this, so that the bench ends in time on a machine that does much else. */
const enoughMs = 6.5 * 60_000;
const keyspace = 'bench_processor';
const rawChain = 'raw rows only';
const javaDriver = 'Java driver';
const sparkRaw = 'Spark, raw rows only';
const consumers: readonly ConsumerProgram[] = [
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
    const inOrder = round % 2 === 0 ? consumers : consumers.toReversed();
    say(`${inOrder.map(({ subject }) => subject).join(', ')} ...`);
    for (const [subject, figures] of await consume({ stack, log, fleet, inOrder, readUpTo })) {
      rates.set(subject, figures.recordsPerSecond);
      note(subject, 'backlog applied', 'records/s', figures.recordsPerSecond);
      note(subject, 'CPU', 'µs/record', figures.ownCpuUs);
      note(subject, 'CPU of Kafka', 'µs/record', figures.kafkaCpuUs);
      note(subject, 'CPU of Cassandra', 'µs/record', figures.cassandraCpuUs);
    }
    say(`${javaDriver} ...`);
    rates.set(javaDriver, await ceiling());
    note(javaDriver, 'rows written', 'rows/s', rates.get(javaDriver));
    say(`${sparkRaw} ...`);
    rates.set(sparkRaw, await spark());
    note(sparkRaw, 'backlog applied', 'records/s', rates.get(sparkRaw));
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
 * One after the other: each first takes what was appended for the other one since it last ran, and at least the warm-up,
 * which is not timed; then what is appended while it stands still. That is shorter than the group waits for a member:
 * one that was given up would begin by reading its windows anew.
 */
async function consume({
  stack,
  log,
  fleet,
  inOrder,
  readUpTo,
}: {
  readonly stack: BenchStack;
  readonly log: EventLog;
  readonly fleet: FleetSource;
  readonly inOrder: readonly ConsumerProgram[];
  /** How many of the log's records each has applied in the rounds before. */
  readonly readUpTo: Map<ConsumerProgram, number>;
}): Promise<Map<string, Consumption>> {
  const figures = new Map<string, Consumption>();
  for (const program of inOrder) {
    const readBefore = readUpTo.get(program) ?? 0;
    const consumer = await PausableConsumer.start(stack, program);
    try {
      const unread = fleet.taken - readBefore;
      await appendAll(log, fleet.take(Math.max(0, warmUpRecords - unread)));
      const backlog = fleet.taken - readBefore;
      await consumer.applied(backlog);
      consumer.pause();
      await appendAll(log, fleet.take(recordsPerRound));
      figures.set(consumer.subject, await consumer.measure(recordsPerRound, backlog));
      readUpTo.set(program, fleet.taken);
    } finally {
      await consumer.stop();
    }
  }
  return figures;
}
