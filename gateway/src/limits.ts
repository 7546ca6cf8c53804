/** What the gateway bounds, and where. */
export interface GatewayLimits {
  /** Wait for the log before a connection is closed unacked; far below any keepalive. */
  readonly ackTimeoutMs: number;
  /** Payload bytes held at once, over all connections; beyond it connections are closed unacked. */
  readonly maxInFlightBytes: number;
  /** Open sockets; further ones are closed at once. */
  readonly maxConnections: number;
  /** A socket that has not sent its CONNECT by then is closed. */
  readonly connectTimeoutMs: number;
  /** Largest keepalive that a device may ask for; none at all is refused. */
  readonly maxKeepaliveS: number;
  /** How often connected devices are checked again: a revoked one is cut within this time. */
  readonly recheckIntervalMs: number;
}

export const defaultLimits: GatewayLimits = {
  ackTimeoutMs: 2_500,
  maxInFlightBytes: 64 * 1024 * 1024,
  maxConnections: 15_000,
  connectTimeoutMs: 10_000,
  maxKeepaliveS: 600,
  recheckIntervalMs: 10_000,
};
