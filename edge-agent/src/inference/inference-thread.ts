import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Logger } from '@emotion-fleet/service';
import { ModelError } from '../../models/index.ts';
import type { Backend, LoadedBackend } from './backend.ts';
import type { ModelInput, ModelSession, SessionOpener } from './model-session.ts';
import { forbidTelemetry } from './no-telemetry.ts';
import type {
  OpenedSession,
  ThreadAnswer,
  ThreadOutputs,
  ThreadQuestion,
} from './thread-messages.ts';

const endLimitMs = 10_000;
/** From its termination on; JavaScript and WebAssembly end at once. */
const terminationLimitMs = 5_000;
/** Far more than a pass takes on the slowest board, those that wait before it and swapping included. */
const runLimitMs = 30_000;
/** Reading a runtime and its models from a slow card takes seconds. */
const openLimitMs = 120_000;

const workerFile = new URL('inference-worker.ts', import.meta.url);

type Waiting = Pick<PromiseWithResolvers<unknown>, 'resolve' | 'reject'> & {
  readonly timer: NodeJS.Timeout | undefined;
};
type Unnumbered<Question> = Question extends unknown ? Omit<Question, 'id'> : never;

export interface InferenceThreadOptions {
  readonly backend: Backend;
  readonly logger: Logger;
  /**
   * An answer has not come within its limit. Whatever waits is given up, nothing more is answered, and only another
   * thread helps. Without it answers are waited for as long as they take.
   */
  readonly onHang?: () => void;
  readonly runLimitMs?: number;
  /** What the thread runs; replaced in tests. */
  readonly worker?: URL;
}

/**
 * Runs networks off the thread that asks: ONNX Runtime and TensorFlow.js both compute where they are
 * called, and pictures, broker and disk would wait for them. One thread for all networks: a camera's
 * other cores have work of their own. An input in shared memory is read where it is, without a copy.
 */
export class InferenceThread {
  readonly #options: InferenceThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #backend: Backend | undefined;
  #asked = 0;
  #hangs = false;

  constructor(options: InferenceThreadOptions) {
    this.#options = options;
  }

  /** What really runs the networks: known once the thread was started. */
  get backend(): Backend {
    return this.#backend ?? this.#options.backend;
  }

  /** @throws ModelError `inference_unavailable` */
  async start(): Promise<void> {
    if (this.#worker !== undefined) return;
    forbidTelemetry();
    const { backend: wanted, logger, worker: file = workerFile } = this.#options;
    const worker = new Worker(file);
    // No listener for `error`: a thread that dies takes the agent with it, and whoever started that starts it anew.
    worker.on('message', (answer: ThreadAnswer) => this.#settle(answer));
    this.#worker = worker;
    try {
      const loaded = await this.#ask({ kind: 'load', backend: wanted });
      const { backend, fallbackReason } = loaded as Omit<LoadedBackend, 'openSession'>;
      this.#backend = backend;
      if (fallbackReason !== undefined) {
        const fields = { wanted, backend, reason: fallbackReason };
        logger.warn(fields, 'another backend runs the networks');
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /**
   * What still runs is given up; the thread itself ends once its network has. Resolves with false where it hangs outside
   * of JavaScript and nothing can end it: Node waits for its threads, so the process doesn't exit by itself any more.
   */
  async stop(): Promise<boolean> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#giveUp(notRunning);
    if (worker === undefined) return true;
    const ended = once(worker, 'exit').then(() => true);
    worker.postMessage({ kind: 'end', id: 0 } satisfies ThreadQuestion);
    if (!this.#hangs && (await endsWithin(ended, endLimitMs))) return true;
    // Only where it hangs: ONNX Runtime ends the whole process when its thread is terminated amid its work.
    void worker.terminate();
    if (await endsWithin(ended, terminationLimitMs)) return true;
    this.#options.logger.error({}, 'the thread of the networks can not be ended');
    process.once('exit', () => process.kill(process.pid, 'SIGKILL'));
    return false;
  }

  readonly openSession: SessionOpener = async ({ model }) => {
    const opened = await this.#ask({ kind: 'open', model });
    const { session, inputShape, outputNames } = opened as OpenedSession;
    return {
      inputShape,
      outputNames,
      run: async (input: ModelInput) =>
        (await this.#ask({ kind: 'run', session, input })) as ThreadOutputs,
      close: async () => {
        // With a thread that hangs its sessions end as well.
        if (!this.#hangs) await this.#ask({ kind: 'close', session });
      },
    } satisfies ModelSession;
  };

  async #ask(question: Unnumbered<ThreadQuestion>): Promise<unknown> {
    const worker = this.#worker;
    if (worker === undefined) throw notRunning();
    if (this.#hangs) throw hanging();
    this.#asked += 1;
    const id = this.#asked;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject, timer: this.#limit(question.kind) });
    worker.postMessage({ ...question, id });
    return promise;
  }

  #limit(kind: ThreadQuestion['kind']): NodeJS.Timeout | undefined {
    const { onHang, runLimitMs: ofRun = runLimitMs } = this.#options;
    if (onHang === undefined) return undefined;
    const isOpening = kind === 'load' || kind === 'open';
    return setTimeout(() => this.#hang(kind, onHang), isOpening ? openLimitMs : ofRun);
  }

  #hang(kind: ThreadQuestion['kind'], onHang: () => void): void {
    this.#hangs = true;
    this.#options.logger.error({ asked: kind }, 'the thread of the networks hangs');
    this.#giveUp(hanging);
    onHang();
  }

  #giveUp(reason: () => ModelError): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(reason());
    }
    this.#waiting.clear();
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    clearTimeout(waiting?.timer);
    if ('error' in answer) waiting?.reject(new ModelError(answer.error));
    else waiting?.resolve(answer.value);
  }
}

/** False where it hasn't resolved by then. */
async function endsWithin(ended: Promise<boolean>, limitMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), limitMs);
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
}

function notRunning(): ModelError {
  const message = 'The thread of the networks was not started.';
  return new ModelError({ code: 'inference_unavailable', message });
}

function hanging(): ModelError {
  const message = 'The thread of the networks hangs.';
  return new ModelError({ code: 'inference_unavailable', message });
}
