import { spawn } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { fillFromRgb } from './photo.ts';
import { running, type CameraProcess, type PictureFeed } from './picture-feed.ts';
import { loadRaspicam, type Raspicam } from './raspicam-package.ts';
import { RamFolder } from './ram-folder.ts';

export interface RaspicamFeedOptions {
  /** Path or name of raspistill, wherever the package thinks that it is. */
  readonly command: string;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** Where the folder of the pictures is made; must be in RAM. */
  readonly ramFolder: string;
}

/** raspistill leaves out pictures that it can't take in time. */
const leastIntervalMs = 250;

/**
 * Pictures that raspistill, started by the package raspicam, writes to a folder: each is read, decoded and removed at
 * once, and of several that wait only the newest is read. The folder is in RAM, and goes with the program or with us.
 */
export class RaspicamFeed implements PictureFeed {
  readonly #options: RaspicamFeedOptions;
  #camera: Raspicam | undefined;
  #folder: RamFolder | undefined;
  /** The memory of every picture. */
  readonly #picture: Uint8Array;
  #isWaiting = false;
  #collecting: RamFolder | undefined;
  #isDue = false;

  constructor(options: RaspicamFeedOptions) {
    this.#options = options;
    this.#picture = new Uint8Array((options.width * options.height * 3) / 2);
  }

  /** Rejects with OperatorError `not_in_ram`, or `camera_program_missing` where the package isn't installed. */
  async launch(onPicture: () => void): Promise<CameraProcess> {
    this.close();
    const folder = RamFolder.make(this.#options.ramFolder);
    let child: CameraProcess | undefined;
    const Camera = loadRaspicam((_command, args) => {
      const { command } = this.#options;
      child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      return child;
    });
    try {
      const camera = new Camera(this.#raspistillOptions(folder));
      camera.on('read', () => void this.#collect(folder, onPicture));
      camera.start();
      this.#camera = camera;
    } catch (error) {
      folder.remove();
      throw error;
    }
    if (child === undefined) throw new Error('the package raspicam started nothing');
    this.#folder = folder;
    folder.guard(child);
    return running(child);
  }

  take(): Uint8Array | undefined {
    if (!this.#isWaiting) return undefined;
    this.#isWaiting = false;
    return this.#picture;
  }

  close(): void {
    this.#camera?.stop();
    this.#camera = undefined;
    this.#folder?.remove();
    this.#folder = undefined;
    this.#isWaiting = false;
  }

  #raspistillOptions(folder: RamFolder): Readonly<Record<string, unknown>> {
    const { width, height, framesPerSecond } = this.#options;
    return {
      mode: 'timelapse',
      log: () => undefined,
      output: path.join(folder.path, '%06d.jpg'),
      encoding: 'jpg',
      quality: 90,
      width,
      height,
      timelapse: Math.max(leastIntervalMs, Math.round(1_000 / framesPerSecond)),
      // Without end.
      timeout: 0,
      nopreview: true,
      burst: true,
      thumb: 'none',
    };
  }

  /** One look at a time; what came in during it is looked at right after. */
  async #collect(folder: RamFolder, onPicture: () => void): Promise<void> {
    this.#isDue = true;
    if (this.#collecting === folder) return;
    this.#collecting = folder;
    while (this.#isDue && this.#folder === folder) {
      this.#isDue = false;
      const rgb = await this.#readNewest(folder.path).catch(() => undefined);
      if (rgb === undefined || this.#folder !== folder) continue;
      fillFromRgb(this.#picture, { ...this.#options, rgb });
      this.#isWaiting = true;
      onPicture();
    }
    if (this.#collecting === folder) this.#collecting = undefined;
  }

  /** Undefined where there is none, and for half a picture or something else. */
  async #readNewest(folder: string): Promise<Uint8Array | undefined> {
    // raspistill writes to a name that ends in ~ and renames.
    const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).toSorted();
    const newest = names.at(-1);
    if (newest === undefined) return undefined;
    const bytes = await readFile(path.join(folder, newest));
    await Promise.all(names.map((name) => rm(path.join(folder, name), { force: true })));
    return this.#decode(bytes);
  }

  async #decode(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    const { data, info } = await sharp(bytes)
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height } = this.#options;
    const isWhole = info.width === width && info.height === height && info.channels === 3;
    return isWhole ? data : undefined;
  }
}
