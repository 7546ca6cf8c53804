import Table from 'cli-table3';

export interface Question {
  readonly message: string;
  /** Shown, and taken for an empty answer. */
  readonly proposal?: string;
  /** What is wrong with an answer, in one sentence; undefined if nothing is. */
  readonly fault?: (answer: string) => string | undefined;
}

export interface Choice {
  readonly message: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** Asks a person. Rejects with OperatorError `cancelled` when they give up. */
export interface Prompts {
  text(question: Question): Promise<string>;
  select(choice: Choice): Promise<string>;
}

/** What the commands see of the world outside. */
export interface Terminal {
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Epoch ms. */
  readonly now: () => number;
  /** Absent where nobody can be asked: a script, a pipe, `--json`. */
  readonly prompts?: Prompts;
}

/** A table without colours, so that it can be piped and compared. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  return `${table.toString()}\n`;
}

/** `2026-03-01 14:05` (UTC) */
export function formatTime(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}
