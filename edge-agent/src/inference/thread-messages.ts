import type { ModelErrorCode } from '../../models/index.ts';
import type { Backend } from './backend.ts';
import type { ModelInput, ModelOutput } from './model-session.ts';

/** What the thread is asked; each question has one answer of the same `id`, in the order of the questions. */
export type ThreadQuestion = { readonly id: number } & (
  | { readonly kind: 'load'; readonly backend: Backend }
  | { readonly kind: 'open'; readonly model: Uint8Array }
  | { readonly kind: 'run'; readonly session: number; readonly input: ModelInput }
  | { readonly kind: 'close'; readonly session: number }
  /** Closes everything; the thread ends by itself and does not answer. */
  | { readonly kind: 'end' }
);

export interface OpenedSession {
  readonly session: number;
  readonly inputShape: readonly number[];
  readonly outputNames: readonly string[];
}

export type ThreadAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { code: ModelErrorCode; message: string } };

/** The answer to `run`. */
export type ThreadOutputs = ReadonlyMap<string, ModelOutput>;
