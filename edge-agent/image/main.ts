/** `npm run image -- --out DIR [--platform linux-arm64] [--complete] [--json FILE]`: what goes on a device, in a folder. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { describeError, OperatorError } from '@emotion-fleet/service';
import { buildDeviceImage, type DeviceImageReport } from './device-image.ts';
import { sentenceAboutUnbuilt } from './native-parts.ts';

const usage = `npm run image -- --out DIR [--platform linux-arm64|linux-x64] [--complete] [--json FILE]

Puts what runs on a device into a new folder, without Docker: the agent, its production dependencies, the binaries of
one platform. Node itself comes from the base image.

  --out DIR        the folder; must not be there yet
  --platform NAME  linux-arm64 (the default) or linux-x64
  --complete       fails where a native part wasn't built for that platform, instead of a warning
  --json FILE      writes the report there: platform, totalBytes, packages, files, unbuilt
`;

function readOptions() {
  try {
    return parseArgs({
      options: {
        out: { type: 'string' },
        platform: { type: 'string', default: 'linux-arm64' },
        complete: { type: 'boolean', default: false },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new OperatorError('usage', `${(cause as Error).message} (--help lists the options)`, {
      cause,
    });
  }
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

try {
  const { out, platform, complete, json, help } = readOptions();
  if (help) process.stdout.write(usage);
  else {
    if (out === undefined) throw new OperatorError('usage', 'Name the folder of the image: --out.');
    const root = path.join(import.meta.dirname, '../..');
    const report = await buildDeviceImage({ root, out: path.resolve(out), platformName: platform });
    process.stdout.write(`${tableOf(report)}\n`);
    if (json !== undefined) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
    const lack = sentenceAboutUnbuilt(report);
    if (lack !== undefined && complete) throw new OperatorError('native_part_missing', lack);
    if (lack !== undefined) process.stderr.write(`${lack}\n`);
  }
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
