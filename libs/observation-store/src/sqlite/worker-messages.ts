import type { FileFault } from './file-error.ts';

type SqlValue = null | number | string | Uint8Array;
export type SqlRow = readonly SqlValue[];

/** One statement, run once for each row of parameters. */
export interface SqlStep {
  readonly sql: string;
  readonly rows: readonly SqlRow[];
}

export interface WorkerOptions {
  readonly path: string;
  readonly readOnly: boolean;
  /** Held for as long as the worker lives; absent: no lock. */
  readonly lockPath?: string;
}

export type WorkerRequest =
  | { readonly id: number; readonly kind: 'write'; readonly steps: readonly SqlStep[] }
  | {
      readonly id: number;
      readonly kind: 'read';
      readonly sql: string;
      readonly parameters: SqlRow;
    }
  | { readonly id: number; readonly kind: 'close' };

export interface WorkerFault {
  readonly code: FileFault | 'failed';
  readonly message: string;
}

/** `id` 0 answers the opening itself. */
export type WorkerReply =
  | { readonly id: number; readonly ok: true; readonly changes: number; readonly rows: SqlRow[] }
  | { readonly id: number; readonly ok: false; readonly fault: WorkerFault };
