/**
 * What an operator acts on. `ok`: connected, and the camera sees. `blind`: connected, but the camera is
 * covered, dark, frozen or lost. `paused`: by the privacy switch. `late`: connected, nothing stored for 3
 * minutes. `offline`: not connected. `never`: not heard of yet. `revoked`: no longer allowed in.
 */
export const deviceStates = [
  'ok',
  'blind',
  'paused',
  'late',
  'offline',
  'never',
  'revoked',
] as const;
export type DeviceState = (typeof deviceStates)[number];

/** What needs a person's attention first. */
export const deviceStatesByConcern: readonly DeviceState[] = [
  'offline',
  'blind',
  'late',
  'paused',
  'never',
  'ok',
  'revoked',
];
