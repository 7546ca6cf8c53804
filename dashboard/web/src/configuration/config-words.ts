import type { DeviceConfig } from '@emotion-fleet/contracts/api';
import { formatDuration } from '../format.ts';
import type { Severity } from '../states.ts';

export interface ConfigWords {
  readonly label: string;
  readonly severity: Severity;
  readonly sentence: string;
}

/** What became of what is wanted, for a person. */
export function configWords({ state, desired, reported }: DeviceConfig): ConfigWords {
  const version = desired === null ? '' : `Version ${desired.version}`;
  switch (state) {
    case 'own':
      return {
        label: 'Own settings',
        severity: 'quiet',
        sentence: 'Nothing was changed from afar: the camera runs as it is set itself.',
      };
    case 'pending':
      return {
        label: 'Waiting for the camera',
        severity: 'warning',
        sentence: `${version} is wanted; the camera has not answered yet. It gets it when it is connected.`,
      };
    case 'trying':
      return {
        label: 'Being tried',
        severity: 'warning',
        sentence: `The camera loads or tries ${version.toLowerCase()}; until then it goes on as before.`,
      };
    case 'applied':
      return { label: 'In force', severity: 'good', sentence: `${version} is in force.` };
    case 'refused':
      return {
        label: 'Refused',
        severity: 'bad',
        sentence: `${version} was refused, and the one before stays: ${reported?.refused?.reason ?? 'no reason was given.'}`,
      };
  }
}

/** The values that a camera runs with, as rows of a table. */
export function inForceRows({ reported }: DeviceConfig): (readonly [string, string])[] {
  if (reported === null) return [];
  const { inForce, modelId } = reported;
  const { happy, sad, neutral, other } = inForce.emotionThresholds;
  const share = (value: number) => `${Math.round(value * 100)} %`;
  const interval = inForce.sampleIntervalMs;
  const zones = inForce.exclusionZones.length;
  return [
    ['A sample of each face', interval === 0 ? 'each analysed frame' : `each ${interval} ms`],
    ['Frames analysed', `at most ${inForce.analysisFps} per second`],
    ['Longest visit', formatDuration(inForce.maxVisitMs)],
    ['Zones left out', zones === 0 ? 'none' : String(zones)],
    [
      'Said from',
      `happy ${share(happy)}, sad ${share(sad)}, neutral ${share(neutral)}, other ${share(other)}`,
    ],
    ['Models', modelId.replaceAll('+', ' + ')],
  ];
}
