import { ChildFrameSource, type CameraProgramOptions } from './child-frame-source.ts';
import { StdoutFeed } from './picture-feed.ts';
import { sensorRate } from './sensor-rate.ts';

export interface RpicamFrameSourceOptions extends CameraProgramOptions {
  /** Number of the camera, 0 for the first. */
  readonly camera: number;
  /** A multiple of 64: rpicam-vid pads the rows of other pictures. */
  readonly width: number;
}

/** A camera module on a Raspberry Pi, through `rpicam-vid` of rpicam-apps. */
export function rpicamFrameSource(options: RpicamFrameSourceOptions): ChildFrameSource {
  const { width, height, command = 'rpicam-vid' } = options;
  const frameBytes = (width * height * 3) / 2;
  return new ChildFrameSource({
    ...options,
    command,
    feed: new StdoutFeed({ command, args: rpicamArguments(options), frameBytes }),
    debianPackage: { name: 'rpicam-apps', system: 'Raspberry Pi OS' },
  });
}

/** No preview, no end, raw pictures, written as soon as they are complete. */
export function rpicamArguments(
  options: Pick<RpicamFrameSourceOptions, 'camera' | 'width' | 'height' | 'framesPerSecond'>,
): string[] {
  const { camera, width, height, framesPerSecond } = options;
  const framerate = sensorRate(framesPerSecond);
  const settings = { camera, width, height, framerate, timeout: 0, codec: 'yuv420', output: '-' };
  const pairs = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return ['--nopreview', '--flush', ...pairs];
}
