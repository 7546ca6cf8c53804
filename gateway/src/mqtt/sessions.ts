import type { Client } from 'aedes';
import type { DeviceCredentials } from '../authenticate/device-authenticator.ts';
import type { WatchedSession } from '../authenticate/revocation-watch.ts';

/** Who is connected. The token stays in memory for as long, so that it can be checked again. */
export class Sessions {
  readonly #authenticated = new WeakMap<Client, DeviceCredentials>();
  readonly #connected = new Map<string, Client>();

  get count(): number {
    return this.#connected.size;
  }

  authenticated(client: Client, credentials: DeviceCredentials): void {
    this.#authenticated.set(client, credentials);
  }

  /** A device has one connection: an older one ends here, even where the broker has lost sight of it. */
  connected(client: Client): void {
    const older = this.#connected.get(client.id);
    this.#connected.set(client.id, client);
    if (older !== undefined && older !== client) older.close();
  }

  disconnected(client: Client): void {
    if (this.#connected.get(client.id) === client) this.#connected.delete(client.id);
  }

  get(deviceId: string): Client | undefined {
    return this.#connected.get(deviceId);
  }

  *all(): Iterable<WatchedSession> {
    for (const client of this.#connected.values()) {
      const credentials = this.#authenticated.get(client);
      if (credentials !== undefined) yield { credentials, close: () => client.close() };
    }
  }
}
