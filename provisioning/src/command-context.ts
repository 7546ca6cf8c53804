import { isId } from '@emotion-fleet/contracts';
import type { StoreSettings } from '@emotion-fleet/observation-store';
import type { Choice, Question, Terminal } from './terminal.ts';
import { usageError } from './usage-error.ts';

/** What every command gets beside its own arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Where the registry is. */
  readonly settings: StoreSettings;
  readonly json: boolean;
}

/** Prints a result: as one JSON document, or as the text that a person reads. */
export function report({ terminal, json }: CommandContext, result: unknown, text: string): void {
  terminal.writeOut(json ? `${JSON.stringify(result, null, 2)}\n` : text);
}

/** The option's value, or a person's answer; a usage error where neither can be had. */
export async function textOption(
  { terminal, json }: CommandContext,
  option: {
    readonly flag: string;
    readonly value: string | undefined;
    readonly question: Question;
  },
): Promise<string> {
  const { flag, value, question } = option;
  if (value === undefined && (terminal.prompts === undefined || json)) throw missing(flag);
  const answer = value ?? (await terminal.prompts?.text(question)) ?? '';
  const fault = question.fault?.(answer);
  if (fault !== undefined) throw usageError(fault);
  return answer;
}

export async function choiceOption(
  { terminal, json }: CommandContext,
  option: { readonly flag: string; readonly value: string | undefined; readonly choice: Choice },
): Promise<string> {
  const { flag, value, choice } = option;
  if (value !== undefined) return value;
  if (terminal.prompts === undefined || json) throw missing(flag);
  return terminal.prompts.select(choice);
}

/** @throws OperatorError `usage` */
export function checkId(kind: 'site' | 'device', id: string): string {
  if (isId(id)) return id;
  throw usageError(
    `"${id}" can't be a ${kind} id: up to 63 lower-case letters, digits and hyphens, beginning with a letter or digit.`,
  );
}

/** @throws OperatorError `usage` */
export function checkName(name: string): string {
  if (name.length >= 1 && name.length <= 120) return name;
  throw usageError('A name has 1 to 120 characters.');
}

function missing(flag: string): Error {
  return usageError(`Option ${flag} is missing.`);
}
