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
  'virtual:sample1?seed=3, rpicam:0?width=1280&height=720, raspicam:, rtsp://host/path#width=1280&height=720, /dev/video0?width=1280&height=720, or the path of a video file';

/**
 * Parses a camera URL:
 * `virtual:PHOTO?seed=N[&coveredFromMs=N&coveredToMs=N]`, `rpicam:[CAMERA][?width=N&height=N]`,
 * `raspicam:[?width=N&height=N]`, `rtsp://...[#width=N&height=N]`, `/dev/videoN[?width=N&height=N]`, or the path of a
 * video file, `[?width=N&height=N]` behind it.
 *
 * @throws OperatorError `bad_camera`
 */
export function parseCameraUrl(text: string): CameraSettings {
  if (text.trim() === '') throw badCamera('it is empty');
  if (text.startsWith('virtual:')) return parseVirtual(text);
  if (text === 'raspicam' || text.startsWith('raspicam:')) return parseRaspicam(text);
  if (text === 'rpicam' || text.startsWith('rpicam:')) return parseRpicam(text);
  if (/^rtsps?:\/\//.test(text)) return parseRtsp(text);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1];
  if (scheme !== undefined) throw badCamera(`nothing reads ${scheme}: cameras`);
  return parseDeviceOrFile(text);
}

/** The camera's own query is the camera's; ours stands behind the #, which is never sent. */
function parseRtsp(text: string): CameraSettings {
  const at = text.search(/#(?:width|height)=/);
  const location = at < 0 ? text : text.slice(0, at);
  if (!URL.canParse(location)) throw badCamera('it is not a complete rtsp:// address');
  return ffmpegSettings('rtsp', location, at < 0 ? '' : text.slice(at + 1));
}

/** A file may have a ? in its name. */
function parseDeviceOrFile(text: string): CameraSettings {
  const isDevice = /^\/dev\/video\d+(?:\?|$)/.test(text);
  const at = text.search(isDevice ? /\?/ : /\?(?:width|height)=/);
  const location = at < 0 ? text : text.slice(0, at);
  return ffmpegSettings(isDevice ? 'v4l2' : 'file', location, at < 0 ? '' : text.slice(at + 1));
}

function ffmpegSettings(
  input: 'file' | 'rtsp' | 'v4l2',
  location: string,
  query: string,
): CameraSettings {
  return { kind: 'ffmpeg', input, location, ...evenSize(numbersOf(query, ['width', 'height'])) };
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
  return { kind: 'raspicam', ...evenSize(numbers) };
}

/** A yuv420p picture has a colour for each two by two pixels. */
function evenSize({
  width = defaultSize.width,
  height = defaultSize.height,
}: Partial<PictureSize>): PictureSize {
  if ([width, height].some((size) => size % 2 !== 0 || size < 64 || size > 4_096)) {
    throw badCamera('width or height is not an even number from 64 to 4096');
  }
  return { width, height };
}

/** `scheme:name?key=number&...` */
function splitUrl<Key extends string>(
  text: string,
  keys: readonly Key[],
): { name: string; numbers: Partial<Record<Key, number>> } {
  const [head = '', query = ''] = text.split('?', 2);
  return {
    name: head.slice(head.indexOf(':') + 1 || head.length),
    numbers: numbersOf(query, keys),
  };
}

/** `key=number&...` */
function numbersOf<Key extends string>(
  query: string,
  keys: readonly Key[],
): Partial<Record<Key, number>> {
  const numbers: Partial<Record<Key, number>> = {};
  for (const [key, value] of new URLSearchParams(query)) {
    const known = keys.find((candidate) => candidate === key);
    if (known === undefined)
      throw badCamera(`it has no setting called ${key}, only ${keys.join(', ')}`);
    if (!/^\d{1,12}$/.test(value)) throw badCamera(`${key} is not a whole number`);
    numbers[known] = Number(value);
  }
  return numbers;
}

/** Says what is wrong without the address itself, which may hold a password. */
function badCamera(fault: string): OperatorError {
  return new OperatorError(
    'bad_camera',
    `The camera address can't be used: ${fault}. Use ${forms}.`,
  );
}
