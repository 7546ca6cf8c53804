import {
  addClusters,
  addWindows,
  clusterOf,
  floorToHour,
  zeroClusters,
  zeroWindow,
  type ClusterSums,
  type WindowValues,
} from '@emotion-fleet/observation-store';

/** Values of a stretch of time, and the camera-hours in it as clusters. */
export interface WindowSum {
  readonly values: WindowValues;
  readonly clusters: ClusterSums;
}

/** A sum with the place in time that decides which window it belongs to. */
export interface Piece extends WindowSum {
  /** Start of the row that it came from, epoch ms. */
  readonly start: number;
}

function zeroSum(): WindowSum {
  return { values: zeroWindow(), clusters: zeroClusters() };
}

export function addSums(sums: Iterable<WindowSum>): WindowSum {
  let total = zeroSum();
  for (const { values, clusters } of sums) {
    total = {
      values: addWindows(total.values, values),
      clusters: addClusters(total.clusters, clusters),
    };
  }
  return total;
}

/** One device's row as a piece: a camera-hour, or the part of one that the row covers. */
export function pieceOf(row: { windowStart: number; values: WindowValues }): Piece {
  return { start: row.windowStart, values: row.values, clusters: clusterOf(row.values) };
}

/**
 * One device's minutes as one piece an hour: visits of one camera in one hour are one cluster, also where a
 * range covers a part of the hour only.
 */
export function piecesByHour(
  rows: readonly { windowStart: number; values: WindowValues }[],
): Piece[] {
  const hours = new Map<number, { windowStart: number; values: WindowValues }>();
  for (const row of rows) {
    const hour = floorToHour(row.windowStart);
    const sum = hours.get(hour);
    hours.set(
      hour,
      sum === undefined
        ? row
        : { windowStart: sum.windowStart, values: addWindows(sum.values, row.values) },
    );
  }
  return [...hours.values()].map(pieceOf);
}

/** Adds pieces to those of the same hour: however many cameras there are, what is kept are a few sums. */
export function mergeByHour(hours: Map<number, Piece>, pieces: readonly Piece[]): void {
  for (const piece of pieces) {
    const hour = floorToHour(piece.start);
    const sum = hours.get(hour);
    const start = Math.min(piece.start, sum?.start ?? Infinity);
    hours.set(hour, sum === undefined ? piece : { start, ...addSums([sum, piece]) });
  }
}
