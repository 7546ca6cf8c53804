import { floorToDay } from '@emotion-fleet/observation-store';
import { startAt } from './records.ts';
import { makeWorld, type World } from './world.ts';

const times = ['observedAt', 'startedAt', 'endedAt', 'fromAt', 'toAt', 'fromHour', 'receivedAt'];

/** A world of the day before yesterday: for stores that go by the real clock. Only its log's offsets are unknown. */
export function recentWorld(seed: number, recordsPerRun?: number): Omit<World, 'entries'> {
  const { logged, assignments } = makeWorld(seed, recordsPerRun);
  const byMs = floorToDay(Date.now()) - 2 * 86_400_000 - floorToDay(startAt);
  return shifted({ logged, assignments }, byMs);
}

function shifted<Value>(value: Value, byMs: number): Value {
  const text = JSON.stringify(value, (name: string, one: unknown) =>
    times.includes(name) && typeof one === 'number' ? one + byMs : one,
  );
  // The same shape with later times.
  return JSON.parse(text) as Value;
}
