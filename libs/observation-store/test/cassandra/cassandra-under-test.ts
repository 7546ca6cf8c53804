import { randomUUID } from 'node:crypto';
import { Client, types } from 'cassandra-driver';
import { CassandraServer } from '@emotion-fleet/deploy';
import type { CassandraOptions } from '@emotion-fleet/observation-store';
import { temporaryFolder, type TemporaryFolder } from '../temporary-folder.ts';

/** A real node for one test file, and a look at its tables past the adapters. */
export class CassandraUnderTest {
  #folder: TemporaryFolder | undefined;
  #server: CassandraServer | undefined;
  #client: Client | undefined;

  async start(): Promise<void> {
    this.#folder = await temporaryFolder();
    this.#server = new CassandraServer({ dataDirectory: this.#folder.path });
    await this.#server.start();
  }

  async stop(): Promise<void> {
    await this.#client?.shutdown();
    await this.#server?.stop();
    await this.#folder?.remove();
  }

  get server(): CassandraServer {
    if (this.#server === undefined) throw new Error('not started');
    return this.#server;
  }

  /** Options for a keyspace; making one takes a few seconds, so that tests share it where they can. */
  options(keyspace = newKeyspace()): CassandraOptions {
    const { contactPoint, localDataCenter } = this.server;
    return { contactPoints: [contactPoint], localDataCenter, replication: 1, keyspace };
  }

  async query(text: string, options: { traceQuery?: boolean } = {}): Promise<types.ResultSet> {
    return (await this.#connected()).execute(text, [], options);
  }

  /** What the node did for a traced query. */
  async trace(traceId: types.Uuid): Promise<string[]> {
    const { events } = await (
      await this.#connected()
    ).metadata.getTrace(traceId, types.consistencies.one);
    return events.map(({ activity }) => String(activity));
  }

  async #connected(): Promise<Client> {
    const { contactPoint, localDataCenter } = this.server;
    this.#client ??= new Client({ contactPoints: [contactPoint], localDataCenter });
    await this.#client.connect();
    return this.#client;
  }
}

export function newKeyspace(): string {
  return `test_${randomUUID().replaceAll('-', '')}`;
}
