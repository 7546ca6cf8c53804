import type { Scope } from '@emotion-fleet/observation-store';

/** What a query is about. */
export type Place =
  | { readonly kind: 'fleet' }
  | { readonly kind: 'site'; readonly siteId: string }
  | { readonly kind: 'device'; readonly deviceId: string };

/** Where the sums of a place of many cameras are kept. */
export function scopeOf(place: Exclude<Place, { kind: 'device' }>): Scope {
  return place.kind === 'fleet' ? 'fleet' : `site/${place.siteId}`;
}

/** The place in one word, for file names: `fleet`, `site-berlin`, `device-door-1`. */
export function placeName(place: Place): string {
  if (place.kind === 'fleet') return 'fleet';
  return place.kind === 'site' ? `site-${place.siteId}` : `device-${place.deviceId}`;
}
