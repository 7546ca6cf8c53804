/** MQTT at QoS 1 over real sockets: each connection publishes its next batch when the last one is acked. */
import { connectAsync, type MqttClient } from 'mqtt';
import { channels, maxBatchRecords, mqttTopic } from '@emotion-fleet/contracts';
import { answerQuestions } from '../harness/worker.ts';
import { makeBatches } from './payloads.ts';

export interface LoadParameters {
  readonly port: number;
  readonly startsAt: number;
  /** By device. */
  readonly tokens: Readonly<Record<string, string>>;
}

export interface LoadQuestion {
  readonly records: number;
}

export interface LoadAnswer {
  readonly acked: number;
  readonly seconds: number;
}

interface Connection {
  readonly client: MqttClient;
  readonly topic: string;
  readonly payloads: readonly Buffer[];
}

await answerQuestions(async ({ port, startsAt, tokens }: LoadParameters) => {
  let connections: Promise<Connection[]> | undefined;
  return async ({ records }: LoadQuestion): Promise<LoadAnswer> => {
    const ready = await (connections ??= connectAll({ port, startsAt, tokens }));
    let batches = Math.ceil(records / maxBatchRecords);
    let acked = 0;
    const startedAt = performance.now();
    await Promise.all(
      ready.map(async ({ client, topic, payloads }) => {
        for (let sent = 0; batches-- > 0; sent++) {
          await client.publishAsync(topic, payloads[sent % payloads.length]!, { qos: 1 });
          acked += maxBatchRecords;
        }
      }),
    );
    return { acked, seconds: (performance.now() - startedAt) / 1_000 };
  };
});

async function connectAll({ port, startsAt, tokens }: LoadParameters): Promise<Connection[]> {
  return Promise.all(
    makeBatches(startsAt).map(async ({ deviceId, payloads }) => {
      const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
        clientId: deviceId,
        username: deviceId,
        password: tokens[deviceId] ?? '',
        clean: true,
        reconnectPeriod: 0,
      });
      return { client, topic: mqttTopic(deviceId, channels.records), payloads };
    }),
  );
}
