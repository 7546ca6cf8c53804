import { Worker } from 'node:worker_threads';
import { ObservationStoreError } from '../observation-store.ts';
import { fileError } from './file-error.ts';
import type {
  SqlRow,
  SqlStep,
  WorkerFault,
  WorkerOptions,
  WorkerReply,
  WorkerRequest,
} from './worker-messages.ts';

export interface WorkerDatabaseOptions extends WorkerOptions {
  /** Writes are refused as `unavailable` while this many rows wait. */
  readonly maxWaitingRows: number;
}

interface Answer {
  readonly changes: number;
  readonly rows: SqlRow[];
}

interface Pending {
  readonly resolve: (reply: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly rows: number;
}

type Unnumbered<Request> = Request extends unknown ? Omit<Request, 'id'> : never;

/** A SQLite file behind a worker thread. */
export class WorkerDatabase {
  readonly #options: WorkerDatabaseOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  /** From the opening of the file until `stop` or the end of the worker. */
  #started = false;
  /** Why the worker ended by itself. */
  #ended: ObservationStoreError | undefined;
  #lastId = 0;
  #waitingRows = 0;
  #lastFault: string | undefined;

  constructor(options: WorkerDatabaseOptions) {
    this.#options = options;
  }

  /** @throws OperatorError `locked`, `newer_schema`, `not_a_database`; ObservationStoreError `unavailable` */
  async start(): Promise<void> {
    const { path, readOnly, lockPath } = this.#options;
    const workerData: WorkerOptions = {
      path,
      readOnly,
      ...(lockPath !== undefined && { lockPath }),
    };
    const worker = new Worker(new URL('./store-worker.ts', import.meta.url), { workerData });
    worker.on('message', (reply: WorkerReply) => this.#settle(reply));
    worker.on('error', (error: unknown) => this.#fail(worker, describe(error)));
    worker.on('exit', () => this.#fail(worker, 'the worker has ended'));
    this.#worker = worker;
    try {
      await this.#expect(0, 0);
    } catch (error) {
      this.#worker = undefined;
      throw error;
    }
    this.#started = true;
  }

  /** Waits for what is under way, then closes the file and drops the lock. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined || !this.#started) return;
    this.#started = false;
    await this.#post(worker, { kind: 'close' }, 0);
    this.#worker = undefined;
    await worker.terminate();
  }

  get started(): boolean {
    return this.#started;
  }

  get waitingRows(): number {
    return this.#waitingRows;
  }

  /** The last failure, until something succeeds. */
  get lastFault(): string | undefined {
    return this.#lastFault;
  }

  /** All steps in one transaction, durable when it resolves. @returns the number of rows changed */
  async write(steps: readonly SqlStep[]): Promise<number> {
    const rows = steps.reduce((sum, step) => sum + step.rows.length, 0);
    if (this.#waitingRows > 0 && this.#waitingRows + rows > this.#options.maxWaitingRows) {
      throw new ObservationStoreError('unavailable', 'too many rows wait to be written');
    }
    return (await this.#send({ kind: 'write', steps }, rows)).changes;
  }

  async read(sql: string, parameters: SqlRow): Promise<SqlRow[]> {
    return (await this.#send({ kind: 'read', sql, parameters }, 0)).rows;
  }

  async #send(request: Unnumbered<WorkerRequest>, rows: number): Promise<Answer> {
    if (this.#worker === undefined || !this.#started) {
      throw this.#ended ?? new ObservationStoreError('stopped', 'the store is not started');
    }
    return this.#post(this.#worker, request, rows);
  }

  #post(worker: Worker, request: Unnumbered<WorkerRequest>, rows: number): Promise<Answer> {
    const id = ++this.#lastId;
    const answered = this.#expect(id, rows);
    worker.postMessage({ id, ...request });
    return answered;
  }

  #expect(id: number, rows: number): Promise<Answer> {
    this.#waitingRows += rows;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, rows });
    });
  }

  #settle(reply: WorkerReply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    this.#waitingRows -= pending.rows;
    if (reply.ok) {
      this.#lastFault = undefined;
      pending.resolve(reply);
    } else {
      this.#lastFault = reply.fault.message;
      pending.reject(this.#errorOf(reply.fault));
    }
  }

  /** The worker is gone: nothing that waits will be answered any more. */
  #fail(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#started = false;
    this.#lastFault ??= message;
    this.#ended = new ObservationStoreError('unavailable', message);
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
    this.#waitingRows = 0;
  }

  #errorOf({ code, message }: WorkerFault): Error {
    return code === 'failed'
      ? new ObservationStoreError('unavailable', message)
      : fileError(code, this.#options.path);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
