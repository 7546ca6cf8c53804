import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TokenKeeper } from './demo-fleet.ts';

/** Tokens in `{folder}/{deviceId}/token`, readable by their owner alone. */
export class FileTokenKeeper implements TokenKeeper {
  readonly #folder: string;

  constructor({ folder }: { folder: string }) {
    this.#folder = folder;
  }

  async read(deviceId: string): Promise<string | undefined> {
    try {
      return (await readFile(join(this.#folder, deviceId, 'token'), 'utf8')).trim();
    } catch {
      return undefined;
    }
  }

  async write(deviceId: string, token: string): Promise<void> {
    const folder = join(this.#folder, deviceId);
    await mkdir(folder, { recursive: true });
    const temporary = join(folder, 'token.new');
    await writeFile(temporary, `${token}\n`, { mode: 0o600 });
    await rename(temporary, join(folder, 'token'));
  }
}
