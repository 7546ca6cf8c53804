/** `npm run image -- --out DIR [--platform linux-arm64] [--complete] [--json FILE]`: what goes on a device, in a folder. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  Command,
  parseCommandLine,
  pathFrom,
  runCommand,
  type ParseContext,
} from '@emotion-fleet/command-line';
import { OperatorError } from '@emotion-fleet/service';
import { buildDeviceImage, type DeviceImageReport } from './device-image.ts';
import { sentenceAboutUnbuilt } from './native-parts.ts';

interface ImageOptions {
  readonly out: string;
  readonly platform: string;
  readonly complete: boolean;
  readonly json?: string;
}

function parseOptions(argv: readonly string[], context: ParseContext): ImageOptions | undefined {
  const file = pathFrom(context.workingDirectory);
  const program = new Command('npm run image --')
    .description(
      'Puts what runs on a device into a new folder, without Docker: the agent, its production dependencies, the ' +
        'binaries of one platform. Node itself comes from the base image.',
    )
    .requiredOption('--out <folder>', 'the folder; must not be there yet', file)
    .option('--platform <name>', 'linux-arm64 or linux-x64', 'linux-arm64')
    .option(
      '--complete',
      "fails where a native part wasn't built for that platform, instead of a warning",
      false,
    )
    .option(
      '--json <file>',
      'write the report there: platform, totalBytes, packages, files, unbuilt',
      file,
    );
  return parseCommandLine(program, argv, context) ? program.opts<ImageOptions>() : undefined;
}

function tableOf({ platform, totalBytes, packages, files }: DeviceImageReport): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1).padStart(6)} MB`;
  const largest = packages.toSorted((a, b) => b.bytes - a.bytes).slice(0, 10);
  const lines = largest.map(
    ({ name, version, bytes }) => `${megabytes(bytes)}  ${name} ${version}`,
  );
  const rest = totalBytes - largest.reduce((sum, { bytes }) => sum + bytes, 0);
  lines.push(`${megabytes(rest)}  ${packages.length - largest.length} more packages`);
  lines.push(`${megabytes(totalBytes)}  ${Object.keys(files).length} files for ${platform}`);
  return lines.join('\n');
}

async function main(argv: readonly string[], context: ParseContext): Promise<void> {
  const options = parseOptions(argv, context);
  if (options === undefined) return;
  const { out, platform, complete, json } = options;
  const root = path.join(import.meta.dirname, '../..');
  const report = await buildDeviceImage({ root, out, platformName: platform });
  context.write(`${tableOf(report)}\n`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  const lack = sentenceAboutUnbuilt(report);
  if (lack !== undefined && complete) throw new OperatorError('native_part_missing', lack);
  if (lack !== undefined) process.stderr.write(`${lack}\n`);
}

await runCommand(main);
