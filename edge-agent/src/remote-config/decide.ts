import { configValidators, Seq, type DesiredConfig } from '@emotion-fleet/contracts';
import { Value } from 'typebox/value';
import { isSameWish, wishIdOf, type SettledState, type StoredRefusal } from './settled-state.ts';

export interface DecisionInput {
  readonly state: SettledState;
  /** What the run has now; undefined where the device runs as it is set itself. */
  readonly running: DesiredConfig | undefined;
  /** What is being loaded or tried now. */
  readonly trying: DesiredConfig | undefined;
  readonly payload: Uint8Array;
}

export type Decision =
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused'; readonly refusal: StoredRefusal }
  | { readonly kind: 'wanted'; readonly desired: DesiredConfig };

/** 32 zones of 32 corners each are 40 KB. */
const maxBytes = 256 * 1024;
const ignored: Decision = { kind: 'ignored' };

/** What to do with a message on `config`. */
export function decide({ state, running, trying, payload }: DecisionInput): Decision {
  // How MQTT takes back a retained message: it wants nothing.
  if (payload.length === 0) return ignored;
  const value = parse(payload);
  if (!configValidators.desired.Check(value)) return badConfig(value);
  if (isSameWish(value, trying) || isSameWish(value, running)) return ignored;
  const id = wishIdOf(value);
  const known = state.refusals.findLast(
    ({ version, digest }) => version === id.version && digest === id.digest,
  );
  // Said again at each connection: what was refused is not tried again until it is another one.
  if (known !== undefined) return { kind: 'refused', refusal: known };
  const newest = Math.max(running?.version ?? 0, trying?.version ?? 0);
  if (value.version < newest) {
    const reason = `Version ${value.version} is older than version ${newest}, which this device has.`;
    return { kind: 'refused', refusal: { ...id, code: 'outdated', reason } };
  }
  return { kind: 'wanted', desired: value };
}

function badConfig(value: unknown): Decision {
  const { version } = (value ?? {}) as { version?: unknown };
  const refusal = {
    // As far as a report can carry it: one that the gateway refuses would tell nobody.
    version: Value.Check(Seq, version) ? version : 0,
    code: 'bad_config' as const,
    reason: faultOf(value),
  };
  return { kind: 'refused', refusal };
}

function faultOf(value: unknown): string {
  if (value === undefined) return 'It is not JSON, or longer than 256 KiB.';
  const [fault] = configValidators.desired.Errors(value);
  const place = fault?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  const what = place === '' ? 'The configuration' : place;
  // What a closed schema says of a property that it doesn't know.
  const isUnknown = fault?.message === 'schema is false';
  const fits = fault?.message ?? 'is not of this schema';
  return `${what} ${isUnknown ? 'is no setting' : fits}.`.slice(0, 400);
}

function parse(payload: Uint8Array): unknown {
  if (payload.length > maxBytes) return undefined;
  try {
    return JSON.parse(Buffer.from(payload).toString());
  } catch {
    return undefined;
  }
}
