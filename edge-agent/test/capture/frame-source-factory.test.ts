import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OperatorError, silentLogger } from '@emotion-fleet/service';
import { parseCameraUrl } from '../../src/capture/camera-url.ts';
import { ChildFrameSource } from '../../src/capture/child-frame-source.ts';
import { ffmpegArguments } from '../../src/capture/ffmpeg-frame-source.ts';
import { createFrameSource } from '../../src/capture/frame-source-factory.ts';
import { VirtualFrameSource } from '../../src/capture/virtual-frame-source.ts';

const sourceOf = (url: string) =>
  createFrameSource({ camera: parseCameraUrl(url), framesPerSecond: 5, logger: silentLogger() });

describe('createFrameSource', () => {
  it('makes the source that a camera URL names', () => {
    assert.ok(sourceOf('virtual:sample2?seed=1') instanceof VirtualFrameSource);
    assert.ok(sourceOf('rpicam:0') instanceof ChildFrameSource);
    assert.ok(sourceOf('raspicam:') instanceof ChildFrameSource);
    assert.ok(sourceOf('rtsp://127.0.0.1/stream') instanceof ChildFrameSource);
    assert.ok(sourceOf(import.meta.filename) instanceof ChildFrameSource);
  });

  it('names a file or a device that is not there', () => {
    const isMissing = (error: unknown) =>
      error instanceof OperatorError &&
      error.code === 'camera_missing' &&
      /There is no/.test(error.message);
    assert.throws(() => sourceOf('/not/there.mp4'), isMissing);
    assert.throws(() => sourceOf('/dev/video97'), isMissing);
  });
});

describe('ffmpegArguments', () => {
  const picture = { width: 640, height: 480, framesPerSecond: 5 };

  it('plays files at their own speed, again and again', () => {
    const args = ffmpegArguments({ input: 'file', location: '-film.mp4', ...picture }).join(' ');
    assert.match(args, /-re -stream_loop -1 -i file:-film\.mp4 /);
    assert.match(args, /-pix_fmt yuv420p -f rawvideo pipe:1$/);
  });

  it('asks a USB camera for the size, and for more pictures than are looked at', () => {
    const size = { width: 1_280, height: 720 };
    const usb = { input: 'v4l2', location: '/dev/video0', ...size } as const;
    const slow = ffmpegArguments({ ...usb, framesPerSecond: 5 }).join(' ');
    assert.match(slow, /-f v4l2 -video_size 1280x720 -framerate 15 -i \/dev\/video0 .*fps=5,/);
    const fast = ffmpegArguments({ ...usb, framesPerSecond: 29.5 }).join(' ');
    assert.match(fast, /-framerate 30 -i /);
  });

  it('asks network cameras for TCP and USB cameras through V4L2', () => {
    const rtsp = ffmpegArguments({ input: 'rtsp', location: 'rtsp://host/a', ...picture });
    assert.match(rtsp.join(' '), /-rtsp_transport tcp -i rtsp:\/\/host\/a/);
    const v4l2 = ffmpegArguments({ input: 'v4l2', location: '/dev/video0', ...picture });
    assert.match(v4l2.join(' '), /-f v4l2 .*-i \/dev\/video0/);
  });
});
