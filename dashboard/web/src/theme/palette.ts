import type { Emotion } from '../emotions.ts';
import type { CoverageKind } from '../charts/coverage-windows.ts';
import type { Severity } from '../states.ts';

export type ColorMode = 'light' | 'dark';

/** Every colour that charts, components and the library's theme share. */
export interface Palette {
  readonly mode: ColorMode;
  readonly page: string;
  readonly surface: string;
  readonly raised: string;
  readonly line: string;
  readonly text: string;
  readonly muted: string;
  readonly accent: string;
  readonly accentHover: string;
  readonly accentPressed: string;
  readonly emotions: Readonly<Record<Emotion, string>>;
  readonly severities: Readonly<Record<Severity, string>>;
  readonly coverage: Readonly<Record<CoverageKind, string>>;
  /** From an empty cell of a heat map to its fullest. */
  readonly heat: readonly string[];
  /** Behind a stretch of time in which nothing was observed. */
  readonly hole: string;
}

/**
 * Emotions follow Okabe and Ito's set: told apart with any common colour blindness, and by lightness where two hues
 * come close. The same emotion has the same hue in both modes.
 */
export const palettes: Readonly<Record<ColorMode, Palette>> = {
  light: {
    mode: 'light',
    page: '#f5f6f8',
    surface: '#ffffff',
    raised: '#f8f9fb',
    line: '#e3e6eb',
    text: '#1b2430',
    muted: '#5d6878',
    accent: '#0f766e',
    accentHover: '#13877e',
    accentPressed: '#0b5f58',
    emotions: {
      happy: '#e69f00',
      neutral: '#1f9e89',
      sad: '#2f6fb5',
      other: '#c06aa0',
      uncertain: '#b3bac4',
    },
    severities: { good: '#1a8754', warning: '#b7791f', bad: '#c8372d', quiet: '#8a94a3' },
    coverage: {
      observed: '#86c2ac',
      part: '#e3b457',
      none: '#d0564b',
      not_expected: '#e3e6eb',
      not_yet: '#e3e6eb',
    },
    heat: ['#e6f2f1', '#9fd3c9', '#3fa796', '#12706b', '#083f45'],
    hole: 'rgba(200, 55, 45, 0.07)',
  },
  dark: {
    mode: 'dark',
    page: '#10151c',
    surface: '#171d26',
    raised: '#1d2530',
    line: '#2a3340',
    text: '#e6eaf0',
    muted: '#97a3b4',
    accent: '#3fb8a9',
    accentHover: '#58c8ba',
    accentPressed: '#2f9c8f',
    emotions: {
      happy: '#f2b134',
      neutral: '#3dbfa6',
      sad: '#5b9fe3',
      other: '#d68cbb',
      uncertain: '#66717f',
    },
    severities: { good: '#3fb37a', warning: '#d9a03f', bad: '#ec6a5e', quiet: '#7c8797' },
    coverage: {
      observed: '#2f7d68',
      part: '#b58a3a',
      none: '#d3594d',
      not_expected: '#2a3340',
      not_yet: '#2a3340',
    },
    heat: ['#1d2c33', '#1f5a5c', '#2c8f85', '#6fcdb6', '#e4f7d7'],
    hole: 'rgba(236, 106, 94, 0.10)',
  },
};

/** The palette as CSS variables, `--surface`, `--emotion-happy`, ... */
export function cssVariables(palette: Palette): Record<string, string> {
  return {
    'color-scheme': palette.mode,
    '--page': palette.page,
    '--surface': palette.surface,
    '--raised': palette.raised,
    '--line': palette.line,
    '--text': palette.text,
    '--muted': palette.muted,
    '--accent': palette.accent,
    ...prefixed('--emotion-', palette.emotions),
    ...prefixed('--severity-', palette.severities),
    ...prefixed('--coverage-', palette.coverage),
  };
}

function prefixed(
  prefix: string,
  colors: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(colors).map(([name, color]) => [`${prefix}${name}`, color]),
  );
}
