import type { ExclusionZone } from '@emotion-fleet/contracts';
import type { Box, Point } from '../ports.ts';

/** The parts of the picture in which nobody is measured. */
export class ExclusionZones {
  readonly #polygons: readonly (readonly Point[])[];

  constructor(zones: readonly ExclusionZone[]) {
    this.#polygons = zones.map(toPolygon);
  }

  /** True where the centre of a box in frame pixels lies in a zone, or on its border. */
  contains(options: {
    box: Box;
    frame: { readonly width: number; readonly height: number };
  }): boolean {
    const { box, frame } = options;
    const center = {
      x: (box.x + box.width / 2) / frame.width,
      y: (box.y + box.height / 2) / frame.height,
    };
    return this.#polygons.some((polygon) => isInside(center, polygon));
  }
}

function toPolygon(zone: ExclusionZone): readonly Point[] {
  if (Array.isArray(zone)) return zone.map(([x, y]) => ({ x, y }));
  const { x, y } = zone;
  const [right, bottom] = [x + zone.width, y + zone.height];
  return [
    { x, y },
    { x: right, y },
    { x: right, y: bottom },
    { x, y: bottom },
  ];
}

/** A ray to the right crosses the outline an odd number of times; the outline itself belongs to the zone. */
function isInside(point: Point, polygon: readonly Point[]): boolean {
  let isOdd = false;
  for (const [index, to] of polygon.entries()) {
    const from = polygon.at(index - 1)!;
    if (isOnEdge({ point, from, to })) return true;
    if (from.y > point.y === to.y > point.y) continue;
    const share = (point.y - from.y) / (to.y - from.y);
    if (point.x < from.x + share * (to.x - from.x)) isOdd = !isOdd;
  }
  return isOdd;
}

/** A millionth of the frame: far below a pixel, far above what floating point loses. */
const tolerance = 1e-6;

function isOnEdge({ point, from, to }: { point: Point; from: Point; to: Point }): boolean {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const toFrom = Math.hypot(point.x - from.x, point.y - from.y);
  const toTo = Math.hypot(point.x - to.x, point.y - to.y);
  return toFrom + toTo - length < tolerance;
}
