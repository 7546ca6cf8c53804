import { existsSync } from 'node:fs';
import { OperatorError, type Logger } from '@emotion-fleet/service';
import type { FrameSource } from '../ports.ts';
import type { CameraSettings } from './camera-url.ts';
import { ffmpegFrameSource } from './ffmpeg-frame-source.ts';
import { raspicamFrameSource } from './raspicam-frame-source.ts';
import { rpicamFrameSource } from './rpicam-frame-source.ts';
import { VirtualFrameSource } from './virtual-frame-source.ts';

export interface FrameSourceFactoryOptions {
  readonly camera: CameraSettings;
  readonly framesPerSecond: number;
  readonly logger: Logger;
  /** Monotonic ms of the run; `performance.now` by default. */
  readonly nowMs?: (() => number) | undefined;
}

/**
 * The source of a camera's pictures, not yet started.
 *
 * @throws OperatorError `camera_missing` where a file or device isn't there
 */
export function createFrameSource(options: FrameSourceFactoryOptions): FrameSource {
  const { camera, ...common } = options;
  switch (camera.kind) {
    case 'virtual':
      return new VirtualFrameSource({ ...camera, ...common });
    case 'rpicam':
      return rpicamFrameSource({ ...camera, ...common });
    case 'raspicam':
      return raspicamFrameSource({ ...camera, ...common });
    case 'ffmpeg':
      if (camera.input !== 'rtsp' && !existsSync(camera.location)) {
        const what = camera.input === 'file' ? 'video file' : 'camera';
        throw new OperatorError('camera_missing', `There is no ${what} at ${camera.location}.`);
      }
      return ffmpegFrameSource({ ...camera, ...common });
  }
}
