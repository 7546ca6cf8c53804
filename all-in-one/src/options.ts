import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { OperatorError, profiles, type Profile } from '@emotion-fleet/service';
import { isAbsolute, resolve } from 'node:path';

export interface LaunchOptions {
  readonly port: number;
  /** Absolute path; everything that must survive a restart is below it. */
  readonly dataDirectory: string;
  /** What ffmpeg reads in place of the virtual cameras: a file, an RTSP address, a device. */
  readonly camera?: string;
  readonly profile: Profile;
  readonly openBrowser: boolean;
}

export interface ParseContext {
  readonly workingDirectory: string;
  readonly write: (text: string) => void;
}

/** Reads the command line; undefined where help was asked for and has been written. @throws OperatorError `usage` */
export function parseOptions(
  argv: readonly string[],
  context: ParseContext,
): LaunchOptions | undefined {
  const command = new Command('npm start --')
    .description(
      'Runs the whole fleet on this machine: cameras, gateway, processor, store, dashboard.',
    )
    .addOption(
      new Option('--port <number>', 'port of the dashboard; 0 takes a free one')
        .default(8080)
        .argParser(parsePort),
    )
    .option(
      '--data <folder>',
      'where data is kept (default: data/demo, data/camera with --camera, ...-distributed)',
    )
    .option(
      '--camera <source>',
      'a video file, an rtsp:// address or a /dev/video device in place of the virtual cameras (needs ffmpeg)',
    )
    .addOption(
      new Option(
        '--profile <name>',
        'embedded: SQLite files; distributed: Kafka and Cassandra (needs Java 17 and Maven)',
      )
        .choices(profiles)
        .default('embedded'),
    )
    .option('--no-open', 'do not open a browser')
    .exitOverride()
    .configureOutput({ writeOut: context.write, writeErr: () => undefined });
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return undefined;
      throw new OperatorError('usage', `${sentence(error.message)} See npm start -- --help.`, {
        cause: error,
      });
    }
    throw error;
  }
  const options = command.opts<{
    port: number;
    data?: string;
    camera?: string;
    profile: Profile;
    open: boolean;
  }>();
  if (command.args.length > 0) {
    throw new OperatorError(
      'usage',
      `Unknown argument ${String(command.args[0])}. See npm start -- --help.`,
    );
  }
  const absolute = (path: string) =>
    isAbsolute(path) ? path : resolve(context.workingDirectory, path);
  return {
    port: options.port,
    dataDirectory: absolute(options.data ?? defaultFolder(options)),
    profile: options.profile,
    ...(options.camera === undefined ? {} : { camera: options.camera }),
    openBrowser: options.open,
  };
}

function defaultFolder({ camera, profile }: { camera?: string; profile: Profile }): string {
  const folder = camera === undefined ? 'data/demo' : 'data/camera';
  return profile === 'embedded' ? folder : `${folder}-${profile}`;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  return port;
}

function sentence(message: string): string {
  const text = message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .trim();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
