import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  configRefusals,
  DesiredConfig,
  type ConfigRefusal,
  type DeviceSettings,
} from '@emotion-fleet/contracts';
import { Type, type Static } from 'typebox';

const closed = { additionalProperties: false };

/** A wish by its version and its settings: after the log was lost a version may come again with other settings. */
interface WishId {
  readonly version: number;
  readonly digest: string;
}

const StoredRefusal = Type.Object(
  {
    version: Type.Integer({ minimum: 0 }),
    code: Type.Enum(configRefusals),
    reason: Type.String(),
    /** Of its settings; absent where they could not be read. */
    digest: Type.Optional(Type.String()),
  },
  closed,
);
export type StoredRefusal = Static<typeof StoredRefusal>;

/** What a device knows of its remote configuration across restarts. */
export const SettledState = Type.Object(
  {
    /** The newest one that stood. */
    accepted: Type.Optional(DesiredConfig),
    /** The one that stood before it: its model files are kept. */
    before: Type.Optional(DesiredConfig),
    /** In use or on trial, and not yet proved. An agent that finds one at its start died on it. */
    unproved: Type.Array(DesiredConfig),
    /** Was in use, not yet proved, when the agent was stopped in good order: goes on at the next start. */
    resting: Type.Optional(DesiredConfig),
    refused: Type.Optional(StoredRefusal),
    /** All that were tried and refused, the newest last: never tried again. */
    refusals: Type.Array(StoredRefusal),
  },
  closed,
);
export type SettledState = Static<typeof SettledState>;

/** A device that was never told anything. */
export const nothingSettled: SettledState = { unproved: [], refusals: [] };

/** Years of bad wishes. */
const maxRefusals = 64;
const maxReasonLength = 400;

export function isSameWish(a: DesiredConfig | undefined, b: DesiredConfig | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.version === b.version && isDeepStrictEqual(a.settings, b.settings);
}

export function wishIdOf({ version, settings }: DesiredConfig): WishId {
  return { version, digest: digestOf(settings) };
}

/** To be on disk before `desired` is tried or used. */
export function withUnproved(state: SettledState, desired: DesiredConfig): SettledState {
  const { resting, ...rest } = withoutUnproved(state, desired);
  const isResting = resting !== undefined && !isSameWish(resting, desired);
  return {
    ...rest,
    ...(isResting && { resting }),
    unproved: [...rest.unproved, desired],
  };
}

export function withoutUnproved(state: SettledState, desired: DesiredConfig): SettledState {
  return { ...state, unproved: state.unproved.filter((one) => !isSameWish(one, desired)) };
}

/** A run has begun with `desired`: those that it overtook are over. */
export function inUse(state: SettledState, desired: DesiredConfig): SettledState {
  return { ...state, unproved: state.unproved.filter((one) => isSameWish(one, desired)) };
}

/** Another one is taken: what was refused before it is over. */
export function withoutRefusal(state: SettledState): SettledState {
  const { refused, ...rest } = state;
  return refused === undefined ? state : rest;
}

/** The first run has begun: with it, or with another one in its place. */
export function withoutResting(state: SettledState): SettledState {
  const { resting, ...rest } = state;
  return resting === undefined ? state : rest;
}

/** The run with `desired` has stood for long enough. */
export function proved(state: SettledState, desired: DesiredConfig): SettledState {
  const { accepted, before, ...rest } = withoutUnproved(state, desired);
  const last = isSameWish(accepted, desired) ? before : accepted;
  return { ...rest, accepted: desired, ...(last !== undefined && { before: last }) };
}

/** `desired` was not taken, or is no longer good. */
export function refused(
  state: SettledState,
  options: { desired: DesiredConfig; code: ConfigRefusal; reason: string },
): SettledState {
  const { desired, code, reason } = options;
  const { accepted, before, ...rest } = withoutUnproved(state, desired);
  const id = wishIdOf(desired);
  const isAccepted = isSameWish(accepted, desired);
  const [good, older] = isAccepted ? [before, undefined] : [accepted, before];
  const refusal = { ...id, code, reason: reason.slice(0, maxReasonLength) };
  return {
    ...rest,
    ...(good !== undefined && { accepted: good }),
    ...(older !== undefined && { before: older }),
    refusals: remembered([...state.refusals, refusal]),
    refused: refusal,
  };
}

/** Where there are too many, what killed an agent is forgotten last. */
function remembered(refusals: StoredRefusal[]): StoredRefusal[] {
  if (refusals.length <= maxRefusals) return refusals;
  const harmless = refusals.findIndex(({ code }) => code !== 'crashed');
  return refusals.toSpliced(Math.max(0, harmless), 1);
}

/** What a start makes of what it finds on disk: the agent died on what isn't proved. */
export function foundAtStart(state: SettledState): SettledState {
  return state.unproved
    .toSorted((a, b) => a.version - b.version)
    .reduce<SettledState>(
      (found, desired) => refused(found, { desired, code: 'crashed', reason: crashReason }),
      state,
    );
}

export const crashReason =
  'The agent died while it tried this configuration, or within a minute of running with it.';

/** The agent is stopped in good order: that is no crash, and what is in use goes on at the next start. */
export function rested(state: SettledState, running: DesiredConfig | undefined): SettledState {
  const { resting, ...rest } = state;
  const isUnproved = state.unproved.some((one) => isSameWish(one, running));
  const next = isUnproved ? running : resting;
  return { ...rest, unproved: [], ...(next !== undefined && { resting: next }) };
}

/** With what to begin, the best first; the last one is the device's own settings. */
export function candidatesOf(state: SettledState): (DesiredConfig | undefined)[] {
  const { resting, accepted, before } = state;
  const told = [resting, accepted, before].filter((one) => one !== undefined);
  return [...told.filter((one, index) => !isKnown(told.slice(0, index), one)), undefined];
}

function isKnown(known: readonly DesiredConfig[], desired: DesiredConfig): boolean {
  return known.some((one) => isSameWish(one, desired));
}

/** The same for the same settings, in whatever order their properties came. */
function digestOf(settings: DeviceSettings): string {
  const text = JSON.stringify(settings, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
