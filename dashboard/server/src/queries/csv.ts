import { emotions, scoredEmotions } from '@emotion-fleet/contracts';
import type { Timeline, TimelineWindow } from '@emotion-fleet/contracts/api';

/** Columns in their order; new ones are added at the end only, since scripts read them. */
export const csvColumns: readonly string[] = [
  'place',
  'from',
  'to',
  'suppressed',
  'visits',
  'readable_visits',
  'samples',
  ...emotions.map((emotion) => `samples_${emotion}`),
  ...emotions.map((emotion) => `face_time_ms_${emotion}`),
  ...scoredEmotions.flatMap((emotion) => [
    `mean_score_${emotion}`,
    `mean_score_${emotion}_low`,
    `mean_score_${emotion}_high`,
  ]),
  'camera_hours',
  'expected_ms',
  'analysed_ms',
];

type Cell = string | number | boolean | null;

/** A timeline as CSV (RFC 4180), line by line, so that it can be streamed. */
export function* csvLines(place: string, timeline: Timeline): Generator<string> {
  yield csvLine(csvColumns);
  for (const window of timeline.windows) yield csvLine(windowCells(place, window));
}

export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** A suppressed window has empty cells, which can't be taken for a counted zero. */
function windowCells(place: string, window: TimelineWindow): Cell[] {
  const people = (value: number | null): number | null => (window.suppressed ? null : value);
  return [
    place,
    window.from,
    window.to,
    window.suppressed,
    people(window.visits),
    people(window.readableVisits),
    people(window.samples),
    ...emotions.map((emotion) => people(window.byEmotion[emotion])),
    ...emotions.map((emotion) => people(window.faceTimeMs[emotion])),
    ...scoredEmotions.flatMap((emotion) => {
      const { value, low, high } = window.meanScore[emotion];
      return [value, low, high];
    }),
    people(window.meanScore.happy.clusters),
    window.expectedMs,
    window.analysedMs,
  ];
}

/**
 * Quotes where RFC 4180 wants it. Text that a spreadsheet would take for a formula gets an apostrophe in
 * front; numbers are left alone.
 */
function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const safe = /^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
