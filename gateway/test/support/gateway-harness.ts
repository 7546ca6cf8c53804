import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { channels, goldenBatch, mqttTopic } from './messages.ts';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import type { EventLog } from '@emotion-fleet/event-log';
import { silentLogger, type HopHealth } from '@emotion-fleet/service';
import type { Registry } from 'prom-client';
import {
  Gateway,
  type DeviceAuthenticator,
  type DeviceCredentials,
  type GatewayLimits,
} from '../../src/index.ts';

/** Knows every device by the token `secret-{deviceId}` until it is revoked. */
class FakeAuthenticator implements DeviceAuthenticator {
  readonly revoked = new Set<string>();
  failure: Error | undefined;

  async authenticate({ deviceId, token }: DeviceCredentials): Promise<boolean> {
    if (this.failure !== undefined) throw this.failure;
    return token === `secret-${deviceId}` && !this.revoked.has(deviceId);
  }

  health(): HopHealth {
    const { failure } = this;
    return failure === undefined ? { state: 'ok' } : { state: 'down', detail: failure.message };
  }
}

export interface HarnessOptions<Log extends EventLog> {
  readonly log: Log;
  readonly limits?: Partial<GatewayLimits>;
  readonly now?: () => number;
  readonly registry?: Registry;
}

/** A running gateway with clients that are closed with it. */
export class GatewayHarness<Log extends EventLog = MemoryEventLog> {
  readonly log: Log;
  readonly authenticator = new FakeAuthenticator();
  readonly gateway: Gateway;
  readonly clients: MqttClient[] = [];
  port = 0;

  static async start(
    options: Partial<HarnessOptions<MemoryEventLog>> = {},
  ): Promise<GatewayHarness> {
    return GatewayHarness.over({ ...options, log: options.log ?? new MemoryEventLog() });
  }

  static async over<Log extends EventLog>(
    options: HarnessOptions<Log>,
  ): Promise<GatewayHarness<Log>> {
    const harness = new GatewayHarness(options);
    await harness.log.start();
    harness.port = await harness.gateway.start();
    return harness;
  }

  constructor({ log, limits = {}, now = () => Date.now(), registry }: HarnessOptions<Log>) {
    this.log = log;
    this.gateway = new Gateway({
      eventLog: log,
      authenticator: this.authenticator,
      logger: silentLogger(),
      clock: { now },
      limits,
      ...(registry && { registry }),
    });
  }

  /** A device as the agent connects: no reconnection by itself, so that a test sees each end. */
  async connect(deviceId: string, options: IClientOptions = {}): Promise<MqttClient> {
    const client = await connectAsync(`mqtt://127.0.0.1:${this.port}`, {
      clientId: deviceId,
      username: deviceId,
      password: `secret-${deviceId}`,
      protocolVersion: 4,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: 5_000,
      ...options,
    });
    client.on('error', () => undefined);
    this.clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.clients.map((client) => client.endAsync(true)));
    await this.gateway.stop();
    await this.log.stop();
  }
}

/** Resolves when the connection has ended. */
export function closing(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()));
}

/** Publishes to the records channel at QoS 1; resolves with the ack, rejects when the connection ends. */
export async function publishRecords(
  client: MqttClient,
  deviceId: string,
  payload: string | Buffer = JSON.stringify(goldenBatch()),
): Promise<void> {
  const closed = Promise.withResolvers<never>();
  const onClose = () => closed.reject(new Error('closed unacked'));
  client.once('close', onClose);
  try {
    await Promise.race([
      client.publishAsync(mqttTopic(deviceId, channels.records), payload, { qos: 1 }),
      closed.promise,
    ]);
  } finally {
    client.off('close', onClose);
  }
}
