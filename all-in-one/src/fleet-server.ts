import type { DeviceRegistry } from '@emotion-fleet/observation-store';

export interface ServerPorts {
  /** One for each gateway. */
  readonly mqttPorts: readonly number[];
  readonly dashboardPort: number;
}

/** Everything behind the cameras, in one of the two profiles. */
export interface FleetServer {
  /** Usable between `start` and `stop`. */
  readonly registry: DeviceRegistry;
  start(): Promise<ServerPorts>;
  /** Drains from source to sink. */
  stop(): Promise<void>;
}
