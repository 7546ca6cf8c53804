import type { GlobalThemeOverrides } from 'naive-ui';
import type { Palette } from './palette.ts';

export const fontFamily =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Open Sans', 'DejaVu Sans', sans-serif";

/** The component library in our colours. */
export function naiveOverrides(palette: Palette): GlobalThemeOverrides {
  const { accent, accentHover, accentPressed, surface, line, text, muted, page, raised } = palette;
  const { good, warning, bad } = palette.severities;
  // On a tint of its own colour a word would be hard to read.
  const onTint = (color: string) => `color-mix(in srgb, ${color} 60%, ${text})`;
  return {
    common: {
      fontFamily,
      fontSize: '14px',
      borderRadius: '6px',
      primaryColor: accent,
      primaryColorHover: accentHover,
      primaryColorPressed: accentPressed,
      primaryColorSuppl: accentHover,
      successColor: good,
      warningColor: warning,
      errorColor: bad,
      bodyColor: page,
      cardColor: surface,
      modalColor: surface,
      popoverColor: raised,
      tableColor: surface,
      textColorBase: text,
      textColor1: text,
      textColor2: text,
      textColor3: muted,
      borderColor: line,
      dividerColor: line,
    },
    Tag: {
      textColorSuccess: onTint(good),
      textColorWarning: onTint(warning),
      textColorError: onTint(bad),
    },
    Skeleton: { color: line, colorEnd: raised },
    DataTable: {
      thColor: surface,
      thTextColor: muted,
      thFontWeight: '500',
      thPaddingSmall: '8px 10px',
      tdPaddingSmall: '9px 10px',
      fontSizeSmall: '13px',
      borderColor: line,
      tdColorHover: raised,
      thColorHover: raised,
      thColorSorting: surface,
      tdColorSorting: surface,
    },
  };
}
