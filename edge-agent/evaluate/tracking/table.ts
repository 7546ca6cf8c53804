import type { ComparisonRow } from './compare-trackers.ts';

const columns: readonly {
  readonly title: string;
  readonly cell: (row: ComparisonRow) => string;
}[] = [
  { title: 'frames/s', cell: (row) => String(row.framesPerSecond) },
  { title: 'scene', cell: (row) => row.kind },
  { title: 'tracker', cell: (row) => row.subject },
  { title: 'true visits', cell: (row) => String(row.trueVisits) },
  { title: 'visits', cell: (row) => String(row.visits) },
  { title: 'ratio', cell: (row) => row.ratio.toFixed(2) },
  { title: 'missed', cell: (row) => String(row.missed) },
  { title: 'repeated', cell: (row) => String(row.repeated) },
  { title: 'unfounded', cell: (row) => String(row.unfounded) },
  { title: 'switches', cell: (row) => String(row.switches) },
  { title: 'fragmentations', cell: (row) => String(row.fragmentations) },
];

/** The comparison for people; words to the left, numbers to the right. */
export function tableOf(rows: readonly ComparisonRow[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const isWord = (column: number) => column === 1 || column === 2;
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          isWord(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
