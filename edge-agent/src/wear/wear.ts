import path from 'node:path';
import type { Logger } from '@emotion-fleet/service';
import { sinceBootMs } from '../clock/since-boot.ts';
import { FolderFiles } from '../outbox/folder-files.ts';
import { CountedFiles } from './counted-files.ts';
import { WearBook } from './wear-book.ts';
import { WriteBudget } from './write-budget.ts';

/** Of a device, over its runs and processes: none of them gets another hour's budget. */
export interface Wear {
  readonly budget: WriteBudget;
  readonly book: WearBook;
}

export function createWear(options: {
  readonly dataDirectory: string;
  readonly maxBytesPerHour: number;
  readonly logger: Logger;
}): Wear {
  const { dataDirectory, maxBytesPerHour, logger } = options;
  const budget = new WriteBudget({ maxBytesPerHour, nowMs: sinceBootMs });
  const files = new CountedFiles({
    files: new FolderFiles({ folder: path.join(dataDirectory, 'wear') }),
    onWritten: (bytes) => budget.note(bytes),
  });
  return { budget, book: new WearBook({ files, budget, logger }) };
}
