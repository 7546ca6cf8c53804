import type { OutboxFiles } from '@emotion-fleet/edge-agent/device';
import { withMethods } from '../support/with-methods.ts';

/** A disk that can be full: it takes half of what is written, and then says so. */
export class SmallDisk {
  isFull = false;

  around(files: OutboxFiles): OutboxFiles {
    return withMethods(files, {
      append: async (name, bytes) => {
        if (!this.isFull) return files.append(name, bytes);
        await files.append(name, bytes.subarray(0, bytes.length >> 1));
        throw noSpace();
      },
      overwrite: async (name, bytes) => {
        if (this.isFull) throw noSpace();
        return files.overwrite(name, bytes);
      },
    });
  }
}

function noSpace(): Error {
  return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
}
