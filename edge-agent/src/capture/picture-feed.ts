import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { FrameAssembler } from './frame-assembler.ts';

export type CameraProcess = ChildProcessByStdio<null, Readable, Readable>;

/** How pictures come out of a camera program. */
export interface PictureFeed {
  /** Starts the program; `onPicture` says that `take` may have a new one. */
  launch(onPicture: () => void): CameraProcess;
  /** The newest whole I420 picture that wasn't taken yet; valid until the next one comes. */
  take(): Uint8Array | undefined;
  /** The program is gone, or is to be forgotten: nothing of it comes any more, nothing of it is left. */
  close(): void;
}

export interface PipeFeedOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly frameBytes: number;
}

/** Raw pictures, one behind the other, on the program's standard output. */
export class PipeFeed implements PictureFeed {
  readonly #options: PipeFeedOptions;
  readonly #assembler: FrameAssembler;
  #child: CameraProcess | undefined;

  constructor(options: PipeFeedOptions) {
    this.#options = options;
    this.#assembler = new FrameAssembler(options);
  }

  launch(onPicture: () => void): CameraProcess {
    const { command, args } = this.#options;
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#assembler.reset();
    child.stdout.on('data', (chunk: Uint8Array) => {
      if (this.#child === child && this.#assembler.push(chunk) > 0) onPicture();
    });
    return child;
  }

  take(): Uint8Array | undefined {
    return this.#assembler.take();
  }

  close(): void {
    this.#child = undefined;
    this.#assembler.reset();
  }
}
