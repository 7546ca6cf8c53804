/** True of a package that is compiled where it is installed, and has nothing compiled among its files. */
export function isUnbuilt(files: readonly string[]): boolean {
  return files.includes('binding.gyp') && !files.some((file) => file.endsWith('.node'));
}

/** What an image lacks, for a person; undefined where it lacks nothing. */
export function sentenceAboutUnbuilt(report: {
  readonly unbuilt: readonly string[];
  readonly platform: string;
}): string | undefined {
  const { unbuilt, platform } = report;
  if (unbuilt.length === 0) return undefined;
  const names = unbuilt.join(' ');
  return `${names} has no native part for ${platform}, so that privacy switch and status light don't work there: build the image on ${platform}, after npm rebuild ${names} --ignore-scripts=false.`;
}
