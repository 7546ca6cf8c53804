import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own that `await using` or `dispose` removes. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'event-log-'));

  file(name = 'log.sqlite'): string {
    return join(this.path, name);
  }

  dispose(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
