import type { DeviceConfigChange } from '@emotion-fleet/contracts/api';

export type Settings = DeviceConfigChange['settings'];
export type Zone = NonNullable<Settings['exclusionZones']>[number];
export type BoxZone = Extract<Zone, { width: number }>;
type Thresholds = NonNullable<Settings['emotionThresholds']>;
type ClassifierModel = NonNullable<Settings['classifier']>;

/** The classifier that an operator brings himself has a checksum and figures of its own: it is shown, not typed. */
export type ClassifierKind = ClassifierModel['kind'];
export type DetectorKind = 'blazeface-320x256' | 'blazeface-256x192' | 'yunet';

/** What a person fills in; null everywhere means "as the camera itself is set". */
export interface SettingsForm {
  sampleIntervalMs: number | null;
  analysisFps: number | null;
  maxVisitMinutes: number | null;
  thresholds: Thresholds | null;
  zones: Zone[] | null;
  detector: DetectorKind | null;
  /** Another address of the detector's file; empty: its publisher's. */
  detectorUrl: string;
  classifier: ClassifierKind | null;
  classifierUrl: string;
}

const minuteMs = 60_000;

export function formOf(settings: Settings): SettingsForm {
  const { detector, classifier } = settings;
  return {
    sampleIntervalMs: settings.sampleIntervalMs ?? null,
    analysisFps: settings.analysisFps ?? null,
    maxVisitMinutes: settings.maxVisitMs === undefined ? null : settings.maxVisitMs / minuteMs,
    // Copies: what is typed must not change what was fetched.
    thresholds: settings.emotionThresholds === undefined ? null : { ...settings.emotionThresholds },
    zones: settings.exclusionZones === undefined ? null : [...settings.exclusionZones],
    detector: detectorKindOf(detector),
    detectorUrl: detector?.kind === 'yunet' ? (detector.url ?? '') : '',
    classifier: classifier?.kind ?? null,
    classifierUrl: classifier !== undefined && 'url' in classifier ? (classifier.url ?? '') : '',
  };
}

/** The settings that a form means; `before` has the operator's own classifier, which the form only keeps. */
export function settingsOf(form: SettingsForm, before: Settings): Settings {
  const { sampleIntervalMs, analysisFps, maxVisitMinutes, thresholds, zones } = form;
  const detector = detectorOf(form);
  const classifier = classifierOf(form, before);
  return {
    ...(sampleIntervalMs !== null && { sampleIntervalMs }),
    ...(analysisFps !== null && { analysisFps }),
    ...(maxVisitMinutes !== null && { maxVisitMs: Math.round(maxVisitMinutes * minuteMs) }),
    ...(zones !== null && { exclusionZones: zones }),
    ...(thresholds !== null && { emotionThresholds: thresholds }),
    ...(detector !== undefined && { detector }),
    ...(classifier !== undefined && { classifier }),
  };
}

/** True where the file can come from another address. */
export function hasFile(kind: DetectorKind | ClassifierKind | null): boolean {
  return kind === 'yunet' || kind === 'mobilefacenet';
}

export function isBox(zone: Zone): zone is BoxZone {
  return !Array.isArray(zone);
}

/** A box between two corners, cut to the picture; undefined where it is too small to be meant. */
export function boxBetween(
  a: readonly [number, number],
  b: readonly [number, number],
): BoxZone | undefined {
  const share = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1_000) / 1_000;
  const [left, right] = [share(Math.min(a[0], b[0])), share(Math.max(a[0], b[0]))];
  const [top, bottom] = [share(Math.min(a[1], b[1])), share(Math.max(a[1], b[1]))];
  const [width, height] = [share(right - left), share(bottom - top)];
  return width < 0.01 || height < 0.01 ? undefined : { x: left, y: top, width, height };
}

function detectorKindOf(detector: Settings['detector']): DetectorKind | null {
  if (detector === undefined) return null;
  return detector.kind === 'yunet' ? 'yunet' : `blazeface-${detector.input}`;
}

function detectorOf({ detector, detectorUrl }: SettingsForm): Settings['detector'] {
  switch (detector) {
    case null:
      return undefined;
    case 'yunet':
      return { kind: 'yunet', ...urlOf(detectorUrl) };
    case 'blazeface-256x192':
      return { kind: 'blazeface', input: '256x192' };
    case 'blazeface-320x256':
      return { kind: 'blazeface', input: '320x256' };
  }
}

function classifierOf(
  { classifier, classifierUrl }: SettingsForm,
  before: Settings,
): Settings['classifier'] {
  switch (classifier) {
    case null:
      return undefined;
    case 'fast':
    case 'accurate':
      return { kind: classifier };
    case 'mobilefacenet':
      return { kind: classifier, ...urlOf(classifierUrl) };
    case 'xception':
      return before.classifier?.kind === 'xception' ? before.classifier : undefined;
  }
}

function urlOf(text: string): { url?: string } {
  const url = text.trim();
  return url === '' ? {} : { url };
}
