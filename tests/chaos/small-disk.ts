import type { OutboxFiles } from '@emotion-fleet/edge-agent/device';
import { withMethods } from '../support/with-methods.ts';

/** A disk that can be full: it takes half of what is written, and then says so. */
export class SmallDisk {
  isFull = false;
  /** Writes that found it full. */
  refused = 0;

  around(files: OutboxFiles): OutboxFiles {
    return withMethods(files, {
      append: async (name, bytes) => {
        if (!this.isFull) return files.append(name, bytes);
        await files.append(name, bytes.subarray(0, bytes.length >> 1));
        throw this.#noSpace();
      },
      overwrite: async (name, bytes) => {
        if (this.isFull) throw this.#noSpace();
        return files.overwrite(name, bytes);
      },
    });
  }

  #noSpace(): Error {
    this.refused += 1;
    return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  }
}
