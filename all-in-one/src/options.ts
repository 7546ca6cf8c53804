import {
  Command,
  Option,
  parseCommandLine,
  pathFrom,
  wholeNumber,
  type ParseContext,
} from '@emotion-fleet/command-line';
import { profiles, type Profile } from '@emotion-fleet/service';

export interface LaunchOptions {
  readonly port: number;
  /** Absolute path; everything that must survive a restart is below it. */
  readonly dataDirectory: string;
  /** What ffmpeg reads in place of the virtual cameras: a file, an RTSP address, a device. */
  readonly camera?: string;
  readonly profile: Profile;
  readonly openBrowser: boolean;
}

/** Reads the command line; undefined where help was asked for and has been written. @throws OperatorError `usage` */
export function parseOptions(
  argv: readonly string[],
  context: ParseContext,
): LaunchOptions | undefined {
  const folder = pathFrom(context.workingDirectory);
  const command = new Command('npm start --')
    .description(
      'Runs the whole fleet on this machine: cameras, gateway, processor, store, dashboard.',
    )
    .addOption(
      new Option('--port <number>', 'port of the dashboard; 0 takes a free one')
        .default(8080)
        .argParser(wholeNumber({ least: 0, most: 65_535 })),
    )
    .option(
      '--data <folder>',
      'where data is kept (default: data/demo, data/camera with --camera, ...-distributed)',
      folder,
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
    .option('--no-open', 'do not open a browser');
  if (!parseCommandLine(command, argv, context)) return undefined;
  const options = command.opts<{
    port: number;
    data?: string;
    camera?: string;
    profile: Profile;
    open: boolean;
  }>();
  return {
    port: options.port,
    dataDirectory: options.data ?? folder(defaultFolder(options)),
    profile: options.profile,
    ...(options.camera === undefined ? {} : { camera: options.camera }),
    openBrowser: options.open,
  };
}

function defaultFolder({ camera, profile }: { camera?: string; profile: Profile }): string {
  const folder = camera === undefined ? 'data/demo' : 'data/camera';
  return profile === 'embedded' ? folder : `${folder}-${profile}`;
}
