import type { DeviceItem } from '@emotion-fleet/contracts/api';

export type DeviceState = DeviceItem['state'];
/** How much it matters to the operator; themes map it to colours. */
export type Severity = 'good' | 'warning' | 'bad' | 'quiet';

interface StateText {
  readonly label: string;
  readonly severity: Severity;
  readonly meaning: string;
}

export const deviceStateTexts: Record<DeviceState, StateText> = {
  ok: { label: 'OK', severity: 'good', meaning: 'Connected, and the camera sees.' },
  blind: {
    label: 'Blind',
    severity: 'bad',
    meaning: 'Connected, but the camera is covered, dark, frozen or lost.',
  },
  late: {
    label: 'Late',
    severity: 'warning',
    meaning: 'Connected, but nothing has been stored for 3 minutes.',
  },
  offline: { label: 'Offline', severity: 'bad', meaning: 'Not connected.' },
  paused: { label: 'Paused', severity: 'quiet', meaning: 'Paused by the privacy switch.' },
  never: { label: 'Never seen', severity: 'quiet', meaning: 'Not heard of yet.' },
  revoked: { label: 'Revoked', severity: 'quiet', meaning: 'No longer allowed in.' },
};

/** Worst first, as the API orders them: its own list would bring all schemas into the page. */
export const deviceStateOrder: readonly DeviceState[] = [
  'offline',
  'blind',
  'late',
  'paused',
  'never',
  'ok',
  'revoked',
];

const cameraStateLabels: Record<string, string> = {
  ok: 'Sees',
  covered: 'Covered',
  dark: 'Dark',
  frozen: 'Frozen',
  lost: 'Lost',
  paused: 'Paused',
};

export function cameraStateLabel(state: string): string {
  return cameraStateLabels[state] ?? state;
}
