/** Photographs that the virtual camera can look at, by name. */
export const photoNames = [
  'sample1',
  'sample2',
  'sample3',
  'sample4',
  'sample5',
  'sample6',
] as const;
export type PhotoName = (typeof photoNames)[number];
