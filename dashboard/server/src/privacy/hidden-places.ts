import type { Activity } from '../queries/window-reader.ts';
import { isTooSmall } from './group-size.ts';

/** Devices and sites whose numbers are held back in one range. */
export interface HiddenPlaces {
  readonly devices: ReadonlySet<string>;
  readonly sites: ReadonlySet<string>;
}

interface Unit {
  readonly deviceId: string;
  readonly siteId: string;
  readonly visits: number;
  readonly samples: number;
}

interface Group {
  readonly id: string;
  readonly units: readonly Unit[];
  readonly visits: number;
}

/**
 * Which places must be held back so that no shown sum gives away a group that is too small, also not by
 * subtraction. Two sums can be taken apart: a site less its shown devices, and the fleet less its shown
 * sites. What remains after either must be nothing, or at least two members (devices, sites) that together
 * reach the minimum. Where it isn't, the next smallest member is held back, too. A site that is held back
 * takes all its devices along, since they would add up to it.
 *
 * Sound for sums over one and the same range; sums over ranges that differ a little can still be subtracted.
 */
export function findHiddenPlaces(
  activities: readonly Activity[],
  minimumGroupSize: number,
): HiddenPlaces {
  const devices = new Set<string>();
  const sites = new Set<string>();
  if (minimumGroupSize <= 1) return { devices, sites };
  const units = unitsOf(activities);
  const bySite = groupsOf(units, ({ siteId }) => siteId);
  const byDevice = groupsOf(units, ({ deviceId }) => deviceId);
  const tooSmallGroup = (group: Group): boolean => isTooSmall(sizeOf(group), minimumGroupSize);
  for (const unit of units) if (isTooSmall(unit, minimumGroupSize)) devices.add(unit.deviceId);
  for (const device of byDevice) if (tooSmallGroup(device)) devices.add(device.id);
  for (const site of bySite) if (tooSmallGroup(site)) sites.add(site.id);

  // Hiding one place can leave another exposed: repeat until nothing changes. It only grows, so it ends.
  let before: number;
  do {
    before = devices.size + sites.size;
    hideComplement(bySite, sites, minimumGroupSize);
    for (const site of bySite) {
      if (sites.has(site.id)) {
        for (const unit of site.units) devices.add(unit.deviceId);
      } else {
        hideComplement(
          groupsOf(site.units, ({ deviceId }) => deviceId),
          devices,
          minimumGroupSize,
        );
      }
    }
  } while (devices.size + sites.size > before);
  return { devices, sites };
}

/** Holds back further members until the hidden ones are at least two and reach the minimum together. */
function hideComplement(
  members: readonly Group[],
  hidden: Set<string>,
  minimumGroupSize: number,
): void {
  const bySize = [...members].sort((a, b) => a.visits - b.visits);
  for (;;) {
    const inside = bySize.filter(({ id }) => hidden.has(id));
    const visits = inside.reduce((sum, group) => sum + group.visits, 0);
    if (inside.length === 0 || (inside.length >= 2 && visits >= minimumGroupSize)) return;
    const next = bySize.find(({ id }) => !hidden.has(id));
    if (next === undefined) return;
    hidden.add(next.id);
  }
}

/** Stays with something to hide, those of one device at one site as one. */
function unitsOf(activities: readonly Activity[]): Unit[] {
  const units = new Map<string, Unit>();
  for (const { stay, visits, samples } of activities) {
    if (visits === 0 && samples === 0) continue;
    const { deviceId, siteId } = stay;
    const key = `${deviceId}/${siteId}`;
    const known = units.get(key);
    units.set(key, {
      deviceId,
      siteId,
      visits: visits + (known?.visits ?? 0),
      samples: samples + (known?.samples ?? 0),
    });
  }
  return [...units.values()];
}

function groupsOf(units: readonly Unit[], idOf: (unit: Unit) => string): Group[] {
  return [...Map.groupBy(units, idOf)].map(([id, members]) => ({
    id,
    units: members,
    visits: sizeOf({ units: members }).visits,
  }));
}

function sizeOf({ units }: Pick<Group, 'units'>): { visits: number; samples: number } {
  return units.reduce(
    (sum, { visits, samples }) => ({ visits: sum.visits + visits, samples: sum.samples + samples }),
    { visits: 0, samples: 0 },
  );
}
