/** kafkajs alone: an idempotent producer, `acks=all`, messages that are bytes already, one send in flight. */
import kafkajs from 'kafkajs';
import { logTopics } from '@emotion-fleet/contracts';
import { answerQuestions } from '../harness/worker.ts';
import { makeBatches } from './payloads.ts';

export interface ProducerParameters {
  readonly broker: string;
  readonly startsAt: number;
}

export interface ProducerQuestion {
  readonly records: number;
  /** Batches of 200 in one send. */
  readonly batchesPerSend: number;
}

export interface ProducerAnswer {
  readonly acked: number;
  readonly seconds: number;
  readonly cpuMs: number;
}

await answerQuestions(async ({ broker, startsAt }: ProducerParameters) => {
  const { Kafka, Partitioners, logLevel } = kafkajs;
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.ERROR });
  const createPartitioner = Partitioners.DefaultPartitioner;
  const producer = kafka.producer({ idempotent: true, createPartitioner });
  await producer.connect();
  // Round by round through the devices, as batches reach a gateway.
  const devices = makeBatches(startsAt);
  const batches = devices[0]!.logged.flatMap((_, round) =>
    devices.map(({ deviceId, logged }) =>
      logged[round]!.map((value) => ({ key: deviceId, value })),
    ),
  );
  return async ({ records, batchesPerSend }: ProducerQuestion): Promise<ProducerAnswer> => {
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    let acked = 0;
    for (let at = 0; acked < records; at += batchesPerSend) {
      const messages = Array.from(
        { length: batchesPerSend },
        (_, index) => batches[(at + index) % batches.length]!,
      ).flat();
      await producer.send({ topic: logTopics.faceEmotions.name, acks: -1, messages });
      acked += messages.length;
    }
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - startedAt) / 1_000;
    return { acked, seconds, cpuMs: (user + system) / 1_000 };
  };
});
