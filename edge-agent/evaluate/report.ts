import type { DetectionRow } from './evaluate-detection.ts';
import type { EmotionRow } from './emotion-row.ts';

/** The report of `npm run evaluate`. A half whose pictures aren't there is null. Shares are 0..1. */
export interface EvaluationReport {
  readonly detection: Readonly<Record<string, DetectionRow>> | null;
  readonly emotion: Readonly<Record<string, EmotionRow>> | null;
  /** What single changes are worth. */
  readonly comparisons: Readonly<Record<string, EmotionRow>> | null;
  /** Pictures that couldn't be read. */
  readonly leftOut: { readonly detection: number; readonly emotion: number };
}

/** The report for a person. */
export function tablesOf(report: EvaluationReport): string {
  const { detection, emotion, comparisons } = report;
  return [
    detection === null ? 'Detection: no pictures.' : detectionTable(detection),
    emotion === null ? 'Emotion: no pictures.' : emotionTables(emotion),
    ...(comparisons === null ? [] : [comparisonTable(comparisons)]),
  ].join('\n\n');
}

function detectionTable(rows: Readonly<Record<string, DetectionRow>>): string {
  const head = [
    'Detection, %',
    'AP24',
    'AP48',
    '24-48',
    '48-96',
    '96-',
    'recall',
    'precision',
    'ms',
  ];
  const lines = Object.entries(rows).map(([name, row]) => [
    name,
    ...[row.ap24, row.ap48, row.apBySize['24-48'], row.apBySize['48-96'], row.apBySize['96-']].map(
      percent,
    ),
    ...[row.recall, row.precision].map(percent),
    row.medianMs.toFixed(1),
  ]);
  return table([head, ...lines]);
}

function emotionTables(rows: Readonly<Record<string, EmotionRow>>): string {
  const entries = Object.entries(rows);
  const accuracy = [
    [
      'Emotion, %',
      '7 classes',
      '3 classes',
      'ECE raw',
      'ECE',
      'cross-fitted',
      'best 80',
      'best 60',
      'ms',
    ],
    ...entries.map(([name, row]) => [
      name,
      ...[row.accuracy7, row.accuracy3, row.eceUncalibrated, row.ece, row.eceCrossFitted].map(
        percent,
      ),
      ...[row.accuracyAtCoverage['80'], row.accuracyAtCoverage['60']].map(percent),
      row.medianMs.toFixed(2),
    ]),
  ];
  const answers = [
    [
      ...['Precision / recall, %', 'answered', 'happy', 'sad', 'neutral', 'other'],
      ...['sad, cross-fitted', 'sad from 0.6'],
    ],
    ...entries.map(([name, row]) => [
      `${name}, as the product says it`,
      percent(row.coverage),
      ...['happy', 'sad', 'neutral', 'other'].map((emotion) =>
        rates(row.precision[emotion], row.recall[emotion]),
      ),
      ...[row.sad.crossFitted, row.sad.from60].map(({ precision, recall }) =>
        rates(precision, recall),
      ),
    ]),
    ...entries.map(([name, row]) => [
      `${name}, without thresholds`,
      '100.0',
      ...['happy', 'sad', 'neutral', 'other'].map((emotion) =>
        rates(row.withoutThresholds.precision[emotion], row.withoutThresholds.recall[emotion]),
      ),
      ...['', ''],
    ]),
  ];
  const fits = [
    ['Calibration', 'temperature: card', 'fitted', 'sad from, for 70 %'],
    ...entries.map(([name, row]) => [
      name,
      row.temperature.card.toFixed(2),
      row.temperature.fitted.toFixed(2),
      row.sad.threshold?.toFixed(2) ?? '-',
    ]),
  ];
  return [accuracy, answers, fits].map(table).join('\n\n');
}

function comparisonTable(rows: Readonly<Record<string, EmotionRow>>): string {
  return table([
    ['What one thing is worth, %', '7 classes', '3 classes', 'sad without threshold', 'ms'],
    ...Object.entries(rows).map(([name, row]) => [
      name,
      percent(row.accuracy7),
      percent(row.accuracy3),
      rates(row.withoutThresholds.precision['sad'], row.withoutThresholds.recall['sad']),
      row.medianMs.toFixed(2),
    ]),
  ]);
}

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? '-' : (share * 100).toFixed(1);
}

function rates(precision: number | null | undefined, recall: number | null | undefined): string {
  return `${percent(precision)} / ${percent(recall)}`;
}

/** Columns of equal width, the first one to the left. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
