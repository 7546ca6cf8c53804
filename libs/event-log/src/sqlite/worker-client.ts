import { Worker } from 'node:worker_threads';
import { EventLogError } from '../event-log.ts';
import type { LogFault, LogRequest, LogResponses, NumberedResponse } from './protocol.ts';

interface Waiter {
  resolve(result: never): void;
  reject(error: Error): void;
}

/** A fault that the worker reported, or its end. */
export class WorkerFault extends EventLogError {
  readonly fault: LogFault;

  constructor(fault: LogFault) {
    super(fault.code === 'corrupt' ? 'corrupt' : 'unavailable', fault.message);
    this.fault = fault;
  }
}

/** Starts the thread that owns the file. */
export type WorkerFactory = (file: string) => Worker;

export const startLogWorker: WorkerFactory = (file) =>
  new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { file },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });

export interface WorkerClientOptions {
  readonly file: string;
  readonly makeWorker: WorkerFactory;
  /** Called when the thread ends by itself. */
  readonly onExit: () => void;
}

/** Request and response with the thread that owns the file. */
export class WorkerClient {
  readonly #options: WorkerClientOptions;
  readonly #waiters = new Map<number, Waiter>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(options: WorkerClientOptions) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#worker !== undefined;
  }

  start(): void {
    const { file, makeWorker, onExit } = this.#options;
    const worker = makeWorker(file);
    this.#worker = worker;
    let reason = 'the log thread has ended';
    worker.on('message', (response: NumberedResponse) => this.#settle(response));
    worker.on(
      'error',
      (error) => (reason = error instanceof Error ? error.message : String(error)),
    );
    worker.on('exit', () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#rejectAll(new WorkerFault({ code: 'unavailable', message: reason }));
      onExit();
    });
  }

  /** Closes the file and ends the thread. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    await this.request({ kind: 'close' }).catch(() => undefined);
    this.#worker = undefined;
    await worker.terminate();
    this.#rejectAll(new EventLogError('stopped', 'the log has stopped'));
  }

  request<Request extends LogRequest>(
    request: Request,
    transfer: ArrayBuffer[] = [],
  ): Promise<LogResponses[Request['kind']]> {
    const worker = this.#worker;
    if (worker === undefined) {
      return Promise.reject(
        new WorkerFault({ code: 'unavailable', message: 'the log thread is not running' }),
      );
    }
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject });
      worker.postMessage({ id, request }, transfer);
    });
  }

  #settle(response: NumberedResponse): void {
    const waiter = this.#waiters.get(response.id);
    this.#waiters.delete(response.id);
    if ('fault' in response) waiter?.reject(new WorkerFault(response.fault));
    else waiter?.resolve(response.result as never);
  }

  #rejectAll(error: Error): void {
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
  }
}
