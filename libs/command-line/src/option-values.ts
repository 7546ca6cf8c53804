import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';

/** Reader of an option that is a whole number in these bounds. */
export function wholeNumber({ least, most = Infinity }: { least: number; most?: number }) {
  const bounds = most === Infinity ? `from ${least} on` : `from ${least} to ${most}`;
  return (text: string): number => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && /^-?\d+$/.test(text) && value >= least && value <= most) {
      return value;
    }
    throw new InvalidArgumentError(`It must be a whole number ${bounds}.`);
  };
}

/** Reader of an option that is a number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

/** Reader of an option that names a file or folder: absolute, as seen from the folder where the command was typed. */
export function pathFrom(workingDirectory: string) {
  return (text: string): string => resolve(workingDirectory, text);
}

/** Reader of an option that is an address. */
export function urlText(text: string): string {
  if (URL.canParse(text)) return text;
  throw new InvalidArgumentError('It must be an address, with http:// or https://.');
}
