import { access, constants, mkdir } from 'node:fs/promises';
import { OperatorError } from '@emotion-fleet/service';

/** Makes the folder where it isn't there yet, and checks that files can be made in it. @throws OperatorError `folder_not_writable` */
export async function ensureFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new OperatorError(
      'folder_not_writable',
      `The data folder ${directory} can't be created or written to; choose another one or change its permissions.`,
      { cause },
    );
  }
}
