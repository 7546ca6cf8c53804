import { existsSync } from 'node:fs';
import type { Logger } from '@emotion-fleet/service';
import { ChildFrameSource, type Supervision } from './child-frame-source.ts';
import { RaspicamFeed } from './raspicam-feed.ts';

export interface RaspicamFrameSourceOptions {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly logger: Logger;
  /** Monotonic ms; `performance.now` by default. */
  readonly nowMs?: (() => number) | undefined;
  /** The program; another one in tests. */
  readonly command?: string;
  /** A folder in RAM. */
  readonly ramFolder?: string;
  readonly supervision?: Supervision | undefined;
}

/** Where Raspberry Pi OS had it up to Buster; Bullseye has it on the PATH. */
const oldCommand = '/opt/vc/bin/raspistill';

/** A camera module on a system without libcamera, through the package raspicam and its `raspistill`. */
export function raspicamFrameSource(options: RaspicamFrameSourceOptions): ChildFrameSource {
  const {
    width,
    height,
    framesPerSecond,
    logger,
    nowMs,
    ramFolder = '/dev/shm',
    supervision,
  } = options;
  const command = options.command ?? (existsSync(oldCommand) ? oldCommand : 'raspistill');
  return new ChildFrameSource({
    command,
    feed: new RaspicamFeed({ command, width, height, framesPerSecond, ramFolder }),
    width,
    height,
    debianPackage: { name: 'libraspberrypi-bin', system: 'Raspberry Pi OS up to Bullseye' },
    framesPerSecond,
    logger,
    supervision,
    nowMs,
  });
}
