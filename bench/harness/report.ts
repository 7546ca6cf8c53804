import { availableParallelism, cpus, totalmem, type, release } from 'node:os';
import type { Row, Series } from './series.ts';

export interface Report {
  readonly bench: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly rows: readonly Row[];
}

export function makeReport(bench: string, series: Series): Report {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    finishedAt: new Date().toISOString(),
  };
  return { bench, machine, rows: series.rows() };
}

/** The report for people. */
export function tableOf({ bench, machine, rows }: Report): string {
  const head = ['subject', 'metric', 'median', 'min', 'max', 'unit', 'rounds'];
  const lines = rows.map((row) => [
    row.subject,
    row.metric,
    ...[row.median, row.min, row.max].map(grouped),
    row.unit,
    String(row.rounds),
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)),
  );
  const isNumber = [false, false, true, true, true, false, true];
  const text = [head, ...lines].map((line) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isNumber[column] === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const where = `${machine['cores']} cores of ${machine['cpu']}, Node ${machine['node']}`;
  return [`${bench}: ${where}`, ...text].join('\n');
}

/** `12,345.6` */
function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
