import type { ObservationStore, TimeRange } from '@emotion-fleet/observation-store';
import type { Clock } from '../clock.ts';
import type { PrivacyGate } from '../privacy/privacy-gate.ts';
import type { Directory } from './directory.ts';
import type { FleetActivity } from './fleet-activity.ts';
import type { FleetMap } from './fleet-map.ts';
import type { LedgerReader } from './ledger-reader.ts';
import type { Place } from './place.ts';
import type { WindowReader } from './window-reader.ts';

/** What every reading of the store needs. */
export interface ReadingTools {
  readonly store: ObservationStore;
  readonly reader: WindowReader;
  readonly activity: FleetActivity;
  readonly directory: Directory;
  readonly ledger: LedgerReader;
  readonly gate: PrivacyGate;
  readonly clock: Clock;
}

/** One question about one place in one range. */
export interface Reading {
  readonly tools: ReadingTools;
  readonly fleet: FleetMap;
  readonly place: Place;
  readonly range: TimeRange;
}
