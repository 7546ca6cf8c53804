import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own that `using` or `dispose` removes. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'stack-'));

  dispose(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
