import { ours, type BenchContext } from '../harness/bench.ts';
import { BenchStack } from '../harness/bench-stack.ts';
import { startCeiling } from './cassandra-ceiling.ts';
import { measureConsumption, type ConsumerProgram } from './consumption.ts';
import { appendAll, deviceName, devices, FleetSource, registerFleet } from './fleet.ts';
import { startSpark } from './spark-raw.ts';
import { measureVisibility, probe } from './visibility.ts';

const recordsPerRound = 120_000;
const ceilingRows = 100_000;
/** No round begins after this, so that the bench ends in time on a machine that does much else. */
const enoughMs = 5 * 60_000;
const keyspace = 'bench_processor';
const rawChain = 'raw rows only';
const sparkRaw = 'Spark, raw rows only';
const consumers: readonly (ConsumerProgram & { readonly subject: string })[] = [
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
  const ceiling = await startCeiling(context, { stack, rows: ceilingRows });

  say('Spark: it is installed the first time, which takes some minutes');
  const spark = await startSpark(context, stack);

  say('warming up Cassandra ...');
  await ceiling();
  for (let round = 0; round <= rounds && elapsedMs() < enoughMs; round++) {
    await appendAll(log, fleet.take(recordsPerRound));
    const rates = new Map<string, number>();
    const works = [
      ...consumers.map((consumer) => async () => {
        const { subject } = consumer;
        say(`${subject} ...`);
        const figures = await measureConsumption(stack, consumer, recordsPerRound);
        rates.set(subject, figures.recordsPerSecond);
        if (round === 0) return;
        const metric = { subject, metric: 'backlog applied', unit: 'records/s' };
        series.add(metric, figures.recordsPerSecond);
        if (figures.cpuUsPerRecord === undefined) return;
        series.add({ subject, metric: 'CPU', unit: 'µs/record' }, figures.cpuUsPerRecord);
      }),
      async () => {
        const subject = 'Java driver';
        say(`${subject} ...`);
        rates.set(subject, await ceiling());
        if (round === 0) return;
        series.add({ subject, metric: 'rows written', unit: 'rows/s' }, rates.get(subject)!);
      },
      async () => {
        say(`${sparkRaw} ...`);
        rates.set(sparkRaw, await spark());
        if (round === 0) return;
        const metric = { subject: sparkRaw, metric: 'backlog applied', unit: 'records/s' };
        series.add(metric, rates.get(sparkRaw)!);
      },
    ];
    for (const work of round % 2 === 0 ? works : works.toReversed()) await work();
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
