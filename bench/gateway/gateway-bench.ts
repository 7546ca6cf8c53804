import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '@emotion-fleet/deploy';
import { ours, type BenchContext } from '../harness/bench.ts';
import { BenchStack } from '../harness/bench-stack.ts';
import { peerJars } from '../harness/peers.ts';
import { ServiceProcess } from '../harness/service-process.ts';
import { Worker } from '../harness/worker.ts';
import type { ProducerAnswer, ProducerParameters, ProducerQuestion } from './bare-producer.ts';
import type { LoadAnswer, LoadParameters, LoadQuestion } from './load-generator.ts';
import { connections, makeBatches } from './payloads.ts';
import { producerPerformance } from './producer-performance.ts';

const keyspace = 'bench_gateway';
const recordsPerRound = 120_000;
const warmUpRecords = 60_000;
const performanceRecords = 300_000;
/** No round begins after this: on a machine that does much else at once a bench still ends in time. */
const enoughMs = 8 * 60_000;
const sends = [
  { subject: 'kafkajs, sends of 200', batchesPerSend: 1 },
  { subject: 'kafkajs, sends of 1,000', batchesPerSend: 5 },
];

/** The gateway and bare producers in turn on one broker, with the same records. */
export async function benchGateway(context: BenchContext): Promise<void> {
  const { rounds, series, elapsedMs, cleanup, say } = context;
  const jars = await peerJars('kafka-tools', say);
  const stack = await BenchStack.start(context);
  const startsAt = Date.now() - 3_600_000;
  await (await stack.openLog()).stop(); // Makes the topics.
  const tokens = await registerDevices(stack);
  const payloadFile = await writePayloads(stack.folder, startsAt);

  const [mqttPort = 0, operatorPort = 0] = await freePorts(2);
  const gateway = new ServiceProcess({
    program: 'gateway/src/main.ts',
    operatorPort,
    environment: {
      ...stack.environment(keyspace),
      EMOTION_MQTT_PORT: String(mqttPort),
      EMOTION_OPERATOR_PORT: String(operatorPort),
    },
  });
  cleanup.add(() => gateway.stop());
  await gateway.start();
  const load: LoadParameters = { port: mqttPort, startsAt, tokens };
  const generator = new Worker<LoadQuestion, LoadAnswer>('gateway/load-generator.ts', load);
  cleanup.add(() => generator.stop());
  const bare: ProducerParameters = { broker: stack.broker, startsAt };
  const producer = new Worker<ProducerQuestion, ProducerAnswer>('gateway/bare-producer.ts', bare);
  cleanup.add(() => producer.stop());

  const throughGateway = async (records: number) => {
    const before = gateway.cpuMs();
    const { acked, seconds } = await generator.ask({ records });
    const after = gateway.cpuMs();
    const cpuMs = before === undefined || after === undefined ? undefined : after - before;
    return { acked, seconds, cpuMs };
  };

  say(`warming up: ${connections} connections, batches of 200 records`);
  await throughGateway(warmUpRecords);
  for (const { batchesPerSend } of sends) {
    await producer.ask({ records: warmUpRecords, batchesPerSend });
  }
  const figures = new Map<string, { rate: number; cpuUs: number | undefined }>();
  const note = (
    subject: string,
    { acked, seconds, cpuMs }: { acked: number; seconds: number; cpuMs: number | undefined },
  ) => {
    const rate = acked / seconds;
    const cpuUs = cpuMs === undefined ? undefined : (cpuMs * 1_000) / acked;
    figures.set(subject, { rate, cpuUs });
    series.add({ subject, metric: 'acked after Kafka', unit: 'records/s' }, rate);
    if (cpuUs !== undefined) series.add({ subject, metric: 'CPU', unit: 'µs/record' }, cpuUs);
  };
  for (let round = 1; round <= rounds && elapsedMs() < enoughMs; round++) {
    const works = [
      async () => note(ours, await throughGateway(recordsPerRound)),
      ...sends.map(({ subject, batchesPerSend }) => async () => {
        note(subject, await producer.ask({ records: recordsPerRound, batchesPerSend }));
      }),
      async () => {
        const { broker } = stack;
        const rate = await producerPerformance({
          ...{ jars, broker, payloadFile },
          records: performanceRecords,
        });
        figures.set('ProducerPerformance', { rate, cpuUs: undefined });
        const metric = { metric: 'acked after Kafka', unit: 'records/s' };
        series.add({ subject: 'ProducerPerformance', ...metric }, rate);
      },
    ];
    for (const work of round % 2 === 0 ? works.toReversed() : works) await work();
    const gatewayFigures = figures.get(ours)!;
    for (const { subject } of sends) {
      const share = gatewayFigures.rate / figures.get(subject)!.rate;
      series.add({ subject: ours, metric: `rate against ${subject}`, unit: '%' }, share * 100);
    }
    const line = [...figures].map(([name, { rate }]) => `${name} ${Math.round(rate)}`).join(', ');
    say(`round ${round} of ${rounds}, records/s: ${line}`);
  }
}

async function registerDevices(stack: BenchStack): Promise<Record<string, string>> {
  const registry = await stack.openRegistry(keyspace);
  const createdAt = Date.now();
  await registry.addSite({
    ...{ siteId: 'bench', name: 'Bench', timeZone: 'UTC', purpose: 'demo', openingHours: [] },
    createdAt,
  });
  const tokens: Record<string, string> = {};
  for (const { deviceId } of makeBatches(createdAt)) {
    const device = { deviceId, name: deviceId, createdAt, schedule: [] };
    tokens[deviceId] = (await registry.addDevice(device, 'bench')).token;
  }
  return tokens;
}

async function writePayloads(folder: string, startsAt: number): Promise<string> {
  const file = join(folder, 'messages.txt');
  const lines = makeBatches(startsAt).flatMap(({ logged }) => logged[0]!);
  await writeFile(file, lines.map((line) => line.toString()).join('\n'));
  return file;
}
