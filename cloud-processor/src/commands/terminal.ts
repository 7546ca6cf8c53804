import { cancel, confirm, isCancel } from '@clack/prompts';
import { Listr } from 'listr2';
import type { Progress } from '../maintenance/progress.ts';

/** What the commands see of the world outside. */
export interface Terminal {
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Absent where nobody can be asked. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** Works under a title, showing how far it is. */
  readonly run: <Result>(
    title: string,
    work: (progress: Progress) => Promise<Result>,
  ) => Promise<Result>;
  /** Aborted by a signal. */
  readonly signal: AbortSignal;
}

/** A line that changes where somebody looks, else one for each tenth of a step. */
export async function runOnTerminal<Result>(
  title: string,
  work: (progress: Progress) => Promise<Result>,
): Promise<Result> {
  const results: Result[] = [];
  const isWatched = process.stdout.isTTY;
  const list = new Listr(
    [
      {
        title,
        task: async (_context, task) => {
          let shown = '';
          results.push(
            await work((step, share) => {
              const line = progressLine(step, share, isWatched ? 100 : 10);
              if (line !== shown) task.output = line;
              shown = line;
            }),
          );
        },
      },
    ],
    {
      renderer: isWatched ? 'default' : 'simple',
      // A signal ends the work between two steps instead.
      registerSignalListeners: false,
    },
  );
  await list.run();
  return results[0]!;
}

/** @param steps in which the whole is shown: 100 for every percent */
export function progressLine(step: string, share: number, steps: number): string {
  const percent = (Math.floor(Math.min(1, share) * steps) * 100) / steps;
  const filled = Math.floor(percent / 5);
  return `${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${String(percent).padStart(3)} % ${step}`;
}

export async function askOnTerminal(question: string): Promise<boolean> {
  const answer = await confirm({ message: question, initialValue: false });
  if (isCancel(answer)) cancel();
  return answer === true;
}
