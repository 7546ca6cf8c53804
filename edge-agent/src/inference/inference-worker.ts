/** The thread of the networks: loads a backend, opens sessions, runs them one after the other. */
import { parentPort } from 'node:worker_threads';
import { ModelError } from '../../models/index.ts';
import { loadBackend, type LoadedBackend } from './backend.ts';
import type { ModelSession } from './model-session.ts';
import type { OpenedSession, ThreadAnswer, ThreadQuestion } from './thread-messages.ts';

type Answered = Exclude<ThreadQuestion, { kind: 'end' }>;

const sessions = new Map<number, ModelSession>();
let loaded: LoadedBackend | undefined;
let opened = 0;
/** One question at a time, so that answers come in the order of the questions. */
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (question: ThreadQuestion) => {
  last = last.then(async () => {
    if (question.kind === 'end') await end();
    else parentPort?.postMessage(await answerOf(question));
  });
});

async function answerOf(question: Answered): Promise<ThreadAnswer> {
  const { id } = question;
  try {
    return { id, value: await valueOf(question) };
  } catch (error) {
    const code = error instanceof ModelError ? error.code : 'inference_unavailable';
    return { id, error: { code, message: error instanceof Error ? error.message : String(error) } };
  }
}

async function valueOf(question: Answered): Promise<unknown> {
  switch (question.kind) {
    case 'load': {
      loaded = await loadBackend(question.backend);
      const { backend, fallbackReason } = loaded;
      return { backend, fallbackReason };
    }
    case 'open':
      return open(question.model);
    case 'run':
      return sessions.get(question.session)?.run(question.input);
    case 'close':
      await sessions.get(question.session)?.close();
      sessions.delete(question.session);
      return undefined;
  }
}

async function open(model: Uint8Array): Promise<OpenedSession> {
  const session = await loaded!.openSession({ model });
  opened += 1;
  sessions.set(opened, session);
  const { inputShape, outputNames } = session;
  return { session: opened, inputShape, outputNames };
}

async function end(): Promise<void> {
  for (const session of sessions.values()) await session.close().catch(() => undefined);
  // Nothing keeps the thread alive any more.
  parentPort?.close();
}
