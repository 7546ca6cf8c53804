import type { Detection } from '../../src/ports.ts';
import { ticksPerSecond, type Picture } from './film.ts';

export interface FollowedTrack {
  readonly trackId: string;
  readonly isConfirmed: boolean;
}

/** What is measured: the agent's tracker, or another one. */
export interface FaceTracker {
  /** Tracks in the order of the detections. */
  update(look: { nowMs: number; detections: readonly Detection[] }): {
    readonly seen: readonly FollowedTrack[];
  };
}

/** Counts of one film or of several; each is added up over films. */
export interface TrackingScore {
  /** Stays of people whose face was visible for at least 1 s in all, however often it was hidden meanwhile. */
  readonly trueVisits: number;
  /** Confirmed tracks. */
  readonly visits: number;
  /** True visits that no confirmed track is mostly about. */
  readonly missed: number;
  /** Confirmed tracks beyond the first about the same true visit. */
  readonly repeated: number;
  /** Confirmed tracks that are mostly about nobody, or about someone who was visible for less than 1 s. */
  readonly unfounded: number;
  /** A track goes on with another person than its last (identity switch). */
  readonly switches: number;
  /** A person is found again in another track than the last (fragmentation; a switch makes one, too). */
  readonly fragmentations: number;
}

/** A face must be there for this long to be a visit. */
const shortestVisitMs = 1_000;

/** What a tracker made of one picture: for each face its track, and whose it really is. */
export interface Look {
  readonly seen: readonly FollowedTrack[];
  readonly personIds: readonly (number | undefined)[];
}

/** Runs a tracker over a film at a frame rate that divides 30. */
export function scoreTracker(options: {
  tracker: FaceTracker;
  film: readonly Picture[];
  framesPerSecond: number;
}): TrackingScore {
  const { tracker, film, framesPerSecond } = options;
  const step = ticksPerSecond / framesPerSecond;
  const looks = film
    .filter((_, tick) => tick % step === 0)
    .map(({ nowMs, findings }): Look => {
      const detections = findings.map(({ detection }) => detection);
      const { seen } = tracker.update({ nowMs, detections });
      // A snapshot: trackers go on changing their tracks.
      const followed = seen.map(({ trackId, isConfirmed }) => ({ trackId, isConfirmed }));
      return { seen: followed, personIds: findings.map(({ personId }) => personId) };
    });
  return scoreLooks({ film, looks });
}

export function scoreLooks(options: {
  film: readonly Picture[];
  looks: readonly Look[];
}): TrackingScore {
  const { film, looks } = options;
  const trackOf = new Map<number, string>();
  const personOf = new Map<string, number>();
  const owners = new Map<string, (number | undefined)[]>();
  const confirmed = new Set<string>();
  let switches = 0;
  let fragmentations = 0;
  for (const { seen, personIds } of looks) {
    personIds.forEach((personId, index) => {
      const { trackId, isConfirmed } = seen[index]!;
      if (isConfirmed) confirmed.add(trackId);
      owners.set(trackId, [...(owners.get(trackId) ?? []), personId]);
      if (personId === undefined) return;
      if ((personOf.get(trackId) ?? personId) !== personId) switches += 1;
      if ((trackOf.get(personId) ?? trackId) !== trackId) fragmentations += 1;
      personOf.set(trackId, personId);
      trackOf.set(personId, trackId);
    });
  }
  const visitors = visitorsOf(film);
  const about = [...confirmed].map((trackId) => mostOf(owners.get(trackId)!));
  const founded = about.filter((personId) => personId !== undefined && visitors.has(personId));
  const found = new Set(founded).size;
  return {
    trueVisits: visitors.size,
    visits: confirmed.size,
    missed: visitors.size - found,
    repeated: founded.length - found,
    unfounded: about.length - founded.length,
    switches,
    fragmentations,
  };
}

/** Whose face is visible for at least 1 s in all. */
function visitorsOf(film: readonly Picture[]): Set<number> {
  const ticks = new Map<number, number>();
  for (const { visible } of film) {
    for (const personId of visible) ticks.set(personId, (ticks.get(personId) ?? 0) + 1);
  }
  const least = (shortestVisitMs * ticksPerSecond) / 1_000;
  return new Set([...ticks].flatMap(([personId, count]) => (count >= least ? [personId] : [])));
}

function mostOf(owners: readonly (number | undefined)[]): number | undefined {
  const groups = Map.groupBy(owners, (owner) => owner);
  return [...groups].toSorted((a, b) => b[1].length - a[1].length)[0]?.[0];
}

export function addScores(scores: readonly TrackingScore[]): TrackingScore {
  const sum = (field: keyof TrackingScore) =>
    scores.reduce((total, score) => total + score[field], 0);
  return {
    trueVisits: sum('trueVisits'),
    visits: sum('visits'),
    missed: sum('missed'),
    repeated: sum('repeated'),
    unfounded: sum('unfounded'),
    switches: sum('switches'),
    fragmentations: sum('fragmentations'),
  };
}
