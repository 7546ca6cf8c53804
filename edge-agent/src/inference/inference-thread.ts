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

type Waiting = Pick<PromiseWithResolvers<unknown>, 'resolve' | 'reject'>;
type Unnumbered<Question> = Question extends unknown ? Omit<Question, 'id'> : never;

/**
 * Runs networks off the thread that asks: ONNX Runtime and TensorFlow.js both compute where they are
 * called, and pictures, broker and disk would wait for them. One thread for all networks: a camera's
 * other cores have work of their own. An input in shared memory is read where it is, without a copy.
 */
export class InferenceThread {
  readonly #wanted: Backend;
  readonly #logger: Logger;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #backend: Backend | undefined;
  #asked = 0;

  constructor({ backend, logger }: { backend: Backend; logger: Logger }) {
    this.#wanted = backend;
    this.#logger = logger;
  }

  /** What really runs the networks: known once the thread was started. */
  get backend(): Backend {
    return this.#backend ?? this.#wanted;
  }

  /** @throws ModelError `inference_unavailable` */
  async start(): Promise<void> {
    if (this.#worker !== undefined) return;
    forbidTelemetry();
    const worker = new Worker(new URL('inference-worker.ts', import.meta.url));
    // No listener for `error`: a thread that dies takes the agent with it, and whoever started that starts it anew.
    worker.on('message', (answer: ThreadAnswer) => this.#settle(answer));
    this.#worker = worker;
    try {
      const loaded = await this.#ask({ kind: 'load', backend: this.#wanted });
      const { backend, fallbackReason } = loaded as Omit<LoadedBackend, 'openSession'>;
      this.#backend = backend;
      if (fallbackReason !== undefined) {
        const fields = { wanted: this.#wanted, backend, reason: fallbackReason };
        this.#logger.warn(fields, 'another backend runs the networks');
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** What still runs is given up; the thread itself ends once its network has. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(notRunning());
    this.#waiting.clear();
    if (worker === undefined) return;
    const ended = once(worker, 'exit');
    worker.postMessage({ kind: 'end', id: 0 } satisfies ThreadQuestion);
    // Only where it hangs: ONNX Runtime ends the whole process when its thread is terminated amid its work.
    const timer = setTimeout(() => void worker.terminate(), endLimitMs);
    await ended;
    clearTimeout(timer);
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
        await this.#ask({ kind: 'close', session });
      },
    } satisfies ModelSession;
  };

  async #ask(question: Unnumbered<ThreadQuestion>): Promise<unknown> {
    const worker = this.#worker;
    if (worker === undefined) throw notRunning();
    this.#asked += 1;
    const id = this.#asked;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    worker.postMessage({ ...question, id });
    return promise;
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(new ModelError(answer.error));
    else waiting?.resolve(answer.value);
  }
}

function notRunning(): ModelError {
  const message = 'The thread of the networks was not started.';
  return new ModelError({ code: 'inference_unavailable', message });
}
