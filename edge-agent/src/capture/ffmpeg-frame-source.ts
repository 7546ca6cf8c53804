import { ChildFrameSource, type CameraProgramOptions } from './child-frame-source.ts';
import { StdoutFeed } from './picture-feed.ts';
import { sensorRate } from './sensor-rate.ts';

export interface FfmpegFrameSourceOptions extends CameraProgramOptions {
  readonly input: 'file' | 'rtsp' | 'v4l2';
  /** Path, URL or device. */
  readonly location: string;
  /** Pictures are fitted into this size; what is left is black. */
  readonly width: number;
  readonly height: number;
}

/** Video files, network cameras and USB cameras, through the system's ffmpeg. */
export function ffmpegFrameSource(options: FfmpegFrameSourceOptions): ChildFrameSource {
  const { width, height, command = 'ffmpeg' } = options;
  const frameBytes = (width * height * 3) / 2;
  return new ChildFrameSource({
    ...options,
    command,
    feed: new StdoutFeed({ command, args: ffmpegArguments(options), frameBytes }),
    debianPackage: { name: 'ffmpeg', system: 'Debian and Raspberry Pi OS' },
  });
}

export function ffmpegArguments(
  options: Pick<
    FfmpegFrameSourceOptions,
    'input' | 'location' | 'width' | 'height' | 'framesPerSecond'
  >,
): string[] {
  const { input, location, width, height, framesPerSecond } = options;
  const inputOptions = {
    // At the speed that it was filmed at, again and again: a file stands in for a camera.
    file: ['-re', '-stream_loop', '-1'],
    // UDP loses packets, and half a picture has half a face.
    rtsp: ['-rtsp_transport', 'tcp'],
    // A driver that has no such size or rate takes the nearest one, and ffmpeg goes on with that.
    v4l2: [
      ...['-f', 'v4l2', '-video_size', `${width}x${height}`],
      ...['-framerate', String(sensorRate(framesPerSecond))],
    ],
  }[input];
  const filters = [
    `fps=${framesPerSecond}`,
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:out_color_matrix=bt601:out_range=tv`,
    `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
  ].join(',');
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'warning'],
    ...[...inputOptions, '-i', input === 'file' ? `file:${location}` : location],
    ...['-an', '-sn', '-vf', filters, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', 'pipe:1'],
  ];
}
