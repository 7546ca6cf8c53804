import type { Client } from 'cassandra-driver';

/** The part of the driver's control connection that is mended here; private to the driver. */
interface ControlConnection {
  /** Given hosts, it goes on with them: only `_refresh` itself calls it so. */
  _refresh(hosts?: unknown): Promise<void>;
}

/** Pause before a refresh that the driver has given up with a defect is begun again. */
const retryPauseMs = 1_000;

/**
 * cassandra-driver 4.10.0 (NODEJS-681): after a node was away, two refreshes of the control connection may run at
 * once; the one that ends first finds that the other has taken its host, and the TypeError, which nobody catches, ends
 * the process. Here a refresh that is asked for while one is under way is that one.
 */
export function serializeRefreshes(client: Client): void {
  const { controlConnection } = client as unknown as { controlConnection: ControlConnection };
  const refresh = controlConnection._refresh.bind(controlConnection);
  let underWay: Promise<void> | undefined;
  const refreshOnce = (): Promise<void> => {
    underWay ??= refresh()
      // Without this the client would never hear of a change of the cluster again.
      .catch(() => void setTimeout(() => void refreshOnce(), retryPauseMs).unref())
      .finally(() => (underWay = undefined));
    return underWay;
  };
  controlConnection._refresh = (hosts) => (hosts === undefined ? refreshOnce() : refresh(hosts));
}

/**
 * After every node was away, the driver puts a new object for a host in the place of the old one and forgets that: it
 * would go on connecting to the node, and keep its timers, for the life of the process.
 */
export function shutDownReplacedHosts(client: Client): void {
  client.on('hostRemove', (host: { shutdown(waitForPending: boolean): Promise<void> }) => {
    host.shutdown(false).catch(() => undefined);
  });
}
