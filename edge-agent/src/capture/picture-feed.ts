import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { FrameAssembler } from './frame-assembler.ts';
import { openPictureChannel } from './picture-channel.ts';

export type CameraProcess = ChildProcessByStdio<null, Readable | null, Readable>;

/** How pictures come out of a camera program. */
export interface PictureFeed {
  /** Resolves once the program runs in a process group of its own, rejects where it can't; `onPicture` says that `take` may have a new picture. */
  launch(onPicture: () => void): Promise<CameraProcess>;
  /** The newest whole I420 picture that wasn't taken yet; valid until the next one comes. */
  take(): Uint8Array | undefined;
  /** The program is gone, or is to be forgotten: nothing of it comes any more, nothing of it is left. */
  close(): void;
}

/** Listens in the turn of the `spawn`: in the next one a program that isn't there says so, to nobody if need be. */
export async function running(child: CameraProcess): Promise<CameraProcess> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return child;
}

export interface StdoutFeedOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly frameBytes: number;
}

/** Raw pictures, one behind the other, on the program's standard output. */
export class StdoutFeed implements PictureFeed {
  readonly #options: StdoutFeedOptions;
  readonly #assembler: FrameAssembler;
  #reader: Socket | undefined;

  constructor(options: StdoutFeedOptions) {
    this.#options = options;
    this.#assembler = new FrameAssembler(options);
  }

  async launch(onPicture: () => void): Promise<CameraProcess> {
    this.close();
    const { reader, writer } = await openPictureChannel({
      space: () => this.#assembler.space(),
      filled: (count) => {
        if (this.#reader !== reader) return;
        this.#assembler.filled(count);
        if (this.#assembler.isWaiting) onPicture();
      },
    });
    this.#reader = reader;
    const { command, args } = this.#options;
    const child = spawn(command, args, { stdio: ['ignore', writer, 'pipe'], detached: true });
    writer.destroy();
    return running(child);
  }

  take(): Uint8Array | undefined {
    return this.#assembler.take();
  }

  close(): void {
    this.#reader?.destroy();
    this.#reader = undefined;
    this.#assembler.reset();
  }
}
