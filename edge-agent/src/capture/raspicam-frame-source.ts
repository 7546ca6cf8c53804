import { existsSync } from 'node:fs';
import { ChildFrameSource, type CameraProgramOptions } from './child-frame-source.ts';
import { RaspicamFeed } from './raspicam-feed.ts';

export interface RaspicamFrameSourceOptions extends CameraProgramOptions {
  /** A folder in RAM. */
  readonly ramFolder?: string;
}

/** Where Raspberry Pi OS had it up to Buster; Bullseye has it on the PATH. */
const oldCommand = '/opt/vc/bin/raspistill';

/** A camera module on a system without libcamera, through the package raspicam and its `raspistill`. */
export function raspicamFrameSource(options: RaspicamFrameSourceOptions): ChildFrameSource {
  const { width, height, framesPerSecond, ramFolder = '/dev/shm' } = options;
  const command = options.command ?? (existsSync(oldCommand) ? oldCommand : 'raspistill');
  return new ChildFrameSource({
    ...options,
    command,
    feed: new RaspicamFeed({ command, width, height, framesPerSecond, ramFolder }),
    debianPackage: { name: 'libraspberrypi-bin', system: 'Raspberry Pi OS up to Bullseye' },
  });
}
