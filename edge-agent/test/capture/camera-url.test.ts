import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OperatorError } from '@emotion-fleet/service';
import fc from 'fast-check';
import { parseCameraUrl } from '../../src/capture/camera-url.ts';

describe('parseCameraUrl', () => {
  it('reads a virtual camera with its seed and the time that it is covered', () => {
    assert.deepEqual(
      parseCameraUrl('virtual:sample1?seed=3&coveredFromMs=20000&coveredToMs=50000'),
      {
        kind: 'virtual',
        photo: 'sample1',
        seed: 3,
        covered: { fromMs: 20_000, toMs: 50_000 },
      },
    );
    assert.deepEqual(parseCameraUrl('virtual:sample6'), {
      kind: 'virtual',
      photo: 'sample6',
      seed: 0,
    });
  });

  it('reads camera modules, network cameras, USB cameras and files', () => {
    const size = { width: 640, height: 480 };
    assert.deepEqual(parseCameraUrl('rpicam:'), { kind: 'rpicam', camera: 0, ...size });
    assert.deepEqual(parseCameraUrl('rpicam:1?width=1280&height=720'), {
      kind: 'rpicam',
      camera: 1,
      width: 1_280,
      height: 720,
    });
    const cases = [
      ['rtsp://user:secret@10.0.0.7:554/stream', 'rtsp'],
      ['/dev/video2', 'v4l2'],
      ['films/queue at the till.mp4', 'file'],
    ] as const;
    for (const [location, input] of cases) {
      assert.deepEqual(parseCameraUrl(location), { kind: 'ffmpeg', input, location, ...size });
    }
  });

  it('reads the size of any camera behind ffmpeg, and leaves the rest of its address as it is', () => {
    const size = { width: 1_280, height: 720 };
    const cases = [
      ['/dev/video2?width=1280&height=720', 'v4l2', '/dev/video2'],
      ['films/a.mp4?width=1280&height=720', 'file', 'films/a.mp4'],
      ['films/who?.mp4?height=720&width=1280', 'file', 'films/who?.mp4'],
      ['rtsp://host/a?width=640#width=1280&height=720', 'rtsp', 'rtsp://host/a?width=640'],
    ] as const;
    for (const [text, input, location] of cases) {
      assert.deepEqual(parseCameraUrl(text), { kind: 'ffmpeg', input, location, ...size });
    }
    const standard = { width: 640, height: 480 };
    const without = [
      ['films/who?.mp4', 'file'],
      ['films/take #3.mp4', 'file'],
      ['rtsp://host/a?channel=1&width=1280', 'rtsp'],
    ] as const;
    for (const [location, input] of without) {
      assert.deepEqual(parseCameraUrl(location), { kind: 'ffmpeg', input, location, ...standard });
    }
    const taller = parseCameraUrl('/dev/video0?height=720');
    assert.deepEqual(taller, { ...taller, width: 640, height: 720 });
  });

  it('refuses what it cannot use with one sentence that does not repeat the address', () => {
    const faults = {
      '': /empty/,
      'virtual:mona-lisa': /sample1, sample2/,
      'virtual:sample1?zoom=3': /no setting called zoom/,
      'virtual:sample1?seed=-1': /seed is not a whole number/,
      'virtual:sample1?coveredFromMs=5&coveredToMs=5': /not after/,
      'rpicam:0?width=650': /multiple of 64/,
      'rpicam:0?height=481': /even number/,
      '/dev/video0?width=641': /even number/,
      '/dev/video0?zoom=2': /no setting called zoom/,
      'film.mp4?width=9000&height=720': /even number/,
      'rtsp://user:secret@host/a#width=wide': /width is not a whole number/,
      'rpicam:front': /number of a camera/,
      'http://user:secret@camera/': /nothing reads http: cameras/,
    };
    for (const [text, expected] of Object.entries(faults)) {
      assert.throws(
        () => parseCameraUrl(text),
        (error) =>
          error instanceof OperatorError &&
          expected.test(error.message) &&
          !error.message.includes('secret'),
        text,
      );
    }
  });

  it('answers or refuses any text, and never fails otherwise', () => {
    const prefixes = fc.constantFrom(
      '',
      'virtual:',
      'virtual:sample1?',
      'rpicam:',
      'rtsp://',
      'rtsp://host/a#width=',
      '/dev/',
      '/dev/video0?',
      'film.mp4?width=',
    );
    fc.assert(
      fc.property(prefixes, fc.string(), (prefix, rest) => {
        try {
          parseCameraUrl(prefix + rest);
        } catch (error) {
          assert.ok(error instanceof OperatorError);
        }
      }),
    );
  });
});
