import { Client, policies, types } from 'cassandra-driver';
import type { HopHealth } from '@emotion-fleet/service';
import { serializeRefreshes, shutDownReplacedHosts } from './control-connection.ts';
import { connectError, driverFault, type DriverFault } from './driver-error.ts';
import { Limiter, runAll } from './limiter.ts';
import { defaultKeyspace, type CassandraOptions, type Consistency } from './options.ts';
import { OutageWatch } from './outage-watch.ts';
import type { PartitionWrite } from './partition-groups.ts';
import { RetryOncePolicy } from './retry-policy.ts';
import type { Statement } from './statement.ts';
import { WriteGatherer } from './write-gatherer.ts';

interface WriteOptions {
  /** Where another one is needed than the connection's. */
  readonly consistency?: types.consistencies;
}

export interface ConnectionOptions {
  readonly cassandra: CassandraOptions;
  /** What an expected failure, or the use of a stopped connection, is thrown as. */
  readonly toError: (code: DriverFault | 'stopped', message: string, cause?: unknown) => Error;
}

const levels: Readonly<Record<Consistency, types.consistencies>> = {
  localOne: types.consistencies.localOne,
  one: types.consistencies.one,
  localQuorum: types.consistencies.localQuorum,
  quorum: types.consistencies.quorum,
  all: types.consistencies.all,
};

/**
 * Requests under way at once; more of them only wait in the nodes' queues (measured: 16 batches of 100 rows). Small ones
 * spend their time on being synced to disk, which many do together.
 */
const batchesInFlight = 16;
const smallWritesInFlight = 128;
const smallWriteRows = 8;
const readsInFlight = 32;
const pageRows = 2_000;
const probeIntervalMs = 500;

/**
 * INVARIANTS: every statement is prepared; whatever is not conditional is idempotent, since its timestamp or its
 * content says which write wins; no parameter is null (a null would be written as a tombstone).
 */
export class CassandraConnection {
  readonly #options: ConnectionOptions;
  readonly #batches = new Limiter(batchesInFlight);
  readonly #smallWrites = new Limiter(smallWritesInFlight);
  readonly #reads = new Limiter(readsInFlight);
  readonly #gatherer = new WriteGatherer((groups) => this.write(groups));
  readonly #outage = new OutageWatch({ ask: () => this.#ask(), intervalMs: probeIntervalMs });
  #client: Client | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** @throws OperatorError `store_unreachable`, `store_login_refused`, `unknown_data_center` */
  async start(): Promise<void> {
    const { cassandra } = this.#options;
    const client = new Client({
      contactPoints: [...cassandra.contactPoints],
      localDataCenter: cassandra.localDataCenter,
      ...(cassandra.credentials !== undefined && { credentials: cassandra.credentials }),
      encoding: { useUndefinedAsUnset: true },
      pooling: { maxRequestsPerConnection: 2_048, heartBeatInterval: 10_000 },
      policies: {
        retry: new RetryOncePolicy(),
        // A node that was gone is found again within seconds: the processor waits for it.
        reconnection: new policies.reconnection.ExponentialReconnectionPolicy(250, 4_000, false),
      },
      queryOptions: {
        consistency: levels[cassandra.consistency ?? 'localQuorum'],
        // Conditional statements are a person's and must hold between data centres, too.
        serialConsistency: types.consistencies.serial,
        prepare: true,
        isIdempotent: true,
        fetchSize: pageRows,
      },
      socketOptions: { readTimeout: cassandra.requestTimeoutMs ?? 5_000, connectTimeout: 5_000 },
    });
    serializeRefreshes(client);
    shutDownReplacedHosts(client);
    try {
      await client.connect();
    } catch (error) {
      await client.shutdown();
      throw connectError(error, cassandra);
    }
    this.#client = client;
    this.#outage.start();
  }

  /** What is under way ends first, within its time-out. */
  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await Promise.all(
      [this.#batches, this.#smallWrites, this.#reads].map((limiter) => limiter.idle()),
    );
    this.#outage.stop();
    await client?.shutdown();
  }

  health(): HopHealth {
    const client = this.#client;
    if (client === undefined) return { state: 'down', detail: 'Cassandra is not connected.' };
    const nodesUp = client.hosts.values().filter((host) => host.isUp()).length;
    const { fault } = this.#outage;
    if (nodesUp === 0 || fault?.code === 'unavailable') {
      return { state: 'down', detail: fault?.message ?? 'No Cassandra node answers.', nodesUp };
    }
    return fault === undefined
      ? { state: 'ok', nodesUp }
      : { state: 'degraded', detail: fault.message, nodesUp };
  }

  /** Writes rows, those of one partition together; all of them, or it rejects. */
  async put(writes: readonly PartitionWrite[]): Promise<void> {
    this.#started();
    await this.#gatherer.put(writes);
  }

  /** Writes each group (the statements of one partition) in one unlogged batch; all of them, or it rejects. */
  async write(
    groups: readonly (readonly Statement[])[],
    options: WriteOptions = {},
  ): Promise<void> {
    const client = this.#started();
    const works = groups.map((group) => ({
      limiter: group.length > smallWriteRows ? this.#batches : this.#smallWrites,
      run: () =>
        this.#guard(async () => {
          const [only] = group;
          if (group.length === 1 && only !== undefined) {
            await client.execute(only.query, only.params, options);
          } else {
            await client.batch([...group], { logged: false, ...options });
          }
        }),
    }));
    await runAll(works);
  }

  /** All rows of each statement, in the order of the statements. */
  async read(statements: readonly Statement[]): Promise<types.Row[]> {
    const client = this.#started();
    const slices = await runAll(
      statements.map(({ query, params }) => ({
        limiter: this.#reads,
        run: async () => {
          const rows: types.Row[] = [];
          for await (const page of this.#pages(client, query, params)) rows.push(...page);
          return rows;
        },
      })),
    );
    return slices.flat();
  }

  /** A whole table page by page; the next one is fetched while the caller works on this one. */
  scan(query: string): AsyncIterable<types.Row[]> {
    return this.#pages(this.#started(), query, []);
  }

  /** A statement with a condition. @returns whether it was applied, and the row that was in the way */
  async conditional(
    query: string,
    params: unknown[],
    options: WriteOptions = {},
  ): Promise<{ applied: boolean; row: types.Row }> {
    const client = this.#started();
    const result = await this.#guard(() =>
      // The outcome of a first attempt that timed out is unknown, so that it is not sent again by itself.
      client.execute(query, params, { isIdempotent: false, ...options }),
    );
    const row = result.first();
    return { applied: result.wasApplied(), row };
  }

  /** Changes the schema and waits until every node has it. */
  async define(query: string): Promise<void> {
    const client = this.#started();
    const result = await this.#guard(() =>
      client.execute(query, [], { prepare: false, readTimeout: 60_000 }),
    );
    // The driver's types leave this field out.
    const { isSchemaInAgreement } = result.info as { isSchemaInAgreement?: boolean };
    if (isSchemaInAgreement !== true) {
      throw this.#options.toError('timeout', 'the nodes do not agree on the schema');
    }
  }

  async *#pages(client: Client, query: string, params: unknown[]): AsyncGenerator<types.Row[]> {
    const fetch = (pageState?: string): Promise<types.ResultSet> =>
      this.#guard(() =>
        client.execute(query, params, pageState === undefined ? {} : { pageState }),
      );
    let next: Promise<types.ResultSet> | undefined = fetch();
    while (next !== undefined) {
      const page: types.ResultSet = await next;
      // In the types a string always, in truth null at the end.
      const pageState = page.pageState as string | null;
      next = pageState === null ? undefined : fetch(pageState);
      // Whoever stops reading here must not leave a rejection that nobody sees.
      next?.catch(() => {});
      yield page.rows;
    }
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#outage.succeeded();
      return result;
    } catch (error) {
      const code = driverFault(error);
      if (code === undefined) throw error;
      const message =
        code === 'timeout' ? 'Cassandra is too slow' : 'Cassandra has not enough nodes that answer';
      this.#outage.failed({ code, message: `${message}.` });
      throw this.#options.toError(code, message, error);
    }
  }

  async #ask(): Promise<void> {
    const { keyspace = defaultKeyspace } = this.#options.cassandra;
    const query = `SELECT value FROM ${keyspace}.properties WHERE name = 'epoch'`;
    await this.#guard(() => this.#started().execute(query));
  }

  #started(): Client {
    if (this.#client === undefined) {
      throw this.#options.toError('stopped', 'the store is not started');
    }
    return this.#client;
  }
}
