export type Consistency = 'localOne' | 'one' | 'localQuorum' | 'quorum' | 'all';

export interface CassandraOptions {
  /** `host` or `host:port`; one that answers is enough to find the others. */
  readonly contactPoints: readonly string[];
  /** The data centre of this process, whose nodes alone it talks to. */
  readonly localDataCenter: string;
  /** Default `emotion_fleet`; made where it isn't there. */
  readonly keyspace?: string;
  /**
   * Copies of each row: a number for every data centre, or one for each. Counts only when the keyspace is made;
   * later it is the operator's `ALTER KEYSPACE` and a repair.
   */
  readonly replication: number | Readonly<Record<string, number>>;
  /** Of reads and writes; default `localQuorum`. Anything below a quorum may lose what was promised. */
  readonly consistency?: Consistency;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** How long one node may take for one request; default 5,000. */
  readonly requestTimeoutMs?: number;
}

export const defaultKeyspace = 'emotion_fleet';
