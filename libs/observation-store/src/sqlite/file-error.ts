import { OperatorError } from '@emotion-fleet/service';

export type FileFault = 'locked' | 'newer_schema' | 'not_a_database';

const sentences: Readonly<Record<FileFault, string>> = {
  locked: 'is in use by another instance; stop that one or choose another data folder.',
  newer_schema:
    'was written by a newer version of this software; use that version or another data folder.',
  not_a_database:
    'is not a database of this software, or is damaged; move it away or choose another data folder.',
};

/** Why a database file can't be used, as the sentence that a person gets to see. */
export function fileError(code: FileFault, path: string): OperatorError {
  return new OperatorError(code, `${path} ${sentences[code]}`);
}
