import { select, text } from '@clack/prompts';
import { OperatorError } from '@emotion-fleet/service';
import type { Choice, Prompts, Question } from './terminal.ts';

/** Prompts on the terminal. */
export class ClackPrompts implements Prompts {
  async text({ message, proposal, fault }: Question): Promise<string> {
    return answered(
      await text({
        message,
        ...(proposal !== undefined && { placeholder: proposal, defaultValue: proposal }),
        validate: (answer) =>
          fault?.(answer === undefined || answer === '' ? (proposal ?? '') : answer),
      }),
    );
  }

  async select({ message, options }: Choice): Promise<string> {
    return answered(await select({ message, options: [...options] }));
  }
}

/** Clack answers a pressed Ctrl-C with a symbol. */
function answered(answer: string | symbol): string {
  if (typeof answer === 'symbol')
    throw new OperatorError('cancelled', 'Cancelled; nothing was changed.');
  return answer;
}
