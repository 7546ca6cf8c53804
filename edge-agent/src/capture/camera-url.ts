import { OperatorError } from '@emotion-fleet/service';
import { photoNames, type PhotoName } from './photo-names.ts';

interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** What a camera URL says. */
export type CameraSettings =
  | {
      readonly kind: 'virtual';
      readonly photo: PhotoName;
      readonly seed: number;
      readonly covered?: { readonly fromMs: number; readonly toMs: number };
    }
  | ({ readonly kind: 'rpicam'; readonly camera: number } & PictureSize)
  | ({ readonly kind: 'raspicam' } & PictureSize)
  | ({
      readonly kind: 'ffmpeg';
      readonly input: 'file' | 'rtsp' | 'v4l2';
      readonly location: string;
    } & PictureSize);

const defaultSize: PictureSize = { width: 640, height: 480 };
const forms =
  'virtual:sample1?seed=3, rpicam:0?width=1280&height=720, raspicam:, rtsp://host/path, /dev/video0, or the path of a video file';

/**
 * Parses a camera URL:
 * `virtual:PHOTO?seed=N[&coveredFromMs=N&coveredToMs=N]`, `rpicam:[CAMERA][?width=N&height=N]`,
 * `raspicam:[?width=N&height=N]`, `rtsp://...`, `/dev/videoN`, or the path of a video file.
 *
 * @throws OperatorError `bad_camera`
 */
export function parseCameraUrl(text: string): CameraSettings {
  if (text.trim() === '') throw badCamera('it is empty');
  if (text.startsWith('virtual:')) return parseVirtual(text);
  if (text === 'raspicam' || text.startsWith('raspicam:')) return parseRaspicam(text);
  if (text === 'rpicam' || text.startsWith('rpicam:')) return parseRpicam(text);
  if (/^rtsps?:\/\//.test(text)) {
    if (!URL.canParse(text)) throw badCamera('it is not a complete rtsp:// address');
    return { kind: 'ffmpeg', input: 'rtsp', location: text, ...defaultSize };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1];
  if (scheme !== undefined) throw badCamera(`nothing reads ${scheme}: cameras`);
  const input = /^\/dev\/video\d+$/.test(text) ? 'v4l2' : 'file';
  return { kind: 'ffmpeg', input, location: text, ...defaultSize };
}

function parseVirtual(text: string): CameraSettings {
  const { name, numbers } = splitUrl(text, ['seed', 'coveredFromMs', 'coveredToMs']);
  const photo = photoNames.find((candidate) => candidate === name);
  if (photo === undefined) throw badCamera(`its photograph is not one of ${photoNames.join(', ')}`);
  const { seed = 0, coveredFromMs: fromMs, coveredToMs: toMs } = numbers;
  if (fromMs === undefined && toMs === undefined) return { kind: 'virtual', photo, seed };
  const covered = { fromMs: fromMs ?? 0, toMs: toMs ?? Infinity };
  if (covered.toMs <= covered.fromMs) throw badCamera('coveredToMs is not after coveredFromMs');
  return { kind: 'virtual', photo, seed, covered };
}

function parseRpicam(text: string): CameraSettings {
  const { name, numbers } = splitUrl(text, ['width', 'height']);
  if (!/^\d?$/.test(name)) throw badCamera('rpicam: is followed by the number of a camera');
  const { width = defaultSize.width, height = defaultSize.height } = numbers;
  // rpicam-vid pads the rows of a yuv420 picture to 64 bytes, and nothing in the stream says so.
  if (width % 64 !== 0 || width < 64 || width > 4_096) {
    throw badCamera('width is not a multiple of 64 from 64 to 4096');
  }
  if (height % 2 !== 0 || height < 64 || height > 4_096) {
    throw badCamera('height is not an even number from 64 to 4096');
  }
  return { kind: 'rpicam', camera: Number(name || '0'), width, height };
}

function parseRaspicam(text: string): CameraSettings {
  const { name, numbers } = splitUrl(text, ['width', 'height']);
  if (name !== '') throw badCamera('raspicam: is followed by nothing or ?width=640&height=480');
  const { width = defaultSize.width, height = defaultSize.height } = numbers;
  if ([width, height].some((size) => size % 2 !== 0 || size < 64 || size > 4_096)) {
    throw badCamera('width or height is not an even number from 64 to 4096');
  }
  return { kind: 'raspicam', width, height };
}

/** `scheme:name?key=number&...` */
function splitUrl<Key extends string>(
  text: string,
  keys: readonly Key[],
): { name: string; numbers: Partial<Record<Key, number>> } {
  const [head = '', query = ''] = text.split('?', 2);
  const numbers: Partial<Record<Key, number>> = {};
  for (const [key, value] of new URLSearchParams(query)) {
    const known = keys.find((candidate) => candidate === key);
    if (known === undefined)
      throw badCamera(`it has no setting called ${key}, only ${keys.join(', ')}`);
    if (!/^\d{1,12}$/.test(value)) throw badCamera(`${key} is not a whole number`);
    numbers[known] = Number(value);
  }
  return { name: head.slice(head.indexOf(':') + 1 || head.length), numbers };
}

/** Says what is wrong without the address itself, which may hold a password. */
function badCamera(fault: string): OperatorError {
  return new OperatorError(
    'bad_camera',
    `The camera address can't be used: ${fault}. Use ${forms}.`,
  );
}
