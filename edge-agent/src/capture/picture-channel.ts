import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { CodedError } from '@emotion-fleet/service';

/** Where the bytes of a channel go. */
export interface ByteTarget {
  /** What the next bytes are read into; never empty. */
  space(): Uint8Array;
  /** That many bytes are in what `space` gave last. */
  filled(count: number): void;
}

export interface PictureChannel {
  /** For the standard output of a child process; to be destroyed here once the child has it. */
  readonly writer: Socket;
  readonly reader: Socket;
}

/**
 * A pair of sockets whose reading end puts the bytes into memory of ours. The pipe that `spawn` makes takes a new buffer
 * of 64 KiB for each read: 14 MB/s of garbage for 10 pictures/s of 1280x720, and each byte is copied once more. Sockets
 * can be given a buffer (`onread` of node:net), but only those that we connect ourselves.
 */
export async function openPictureChannel(target: ByteTarget): Promise<PictureChannel> {
  const server = createServer({ pauseOnConnect: true });
  const connected = once(server, 'connection') as Promise<[Socket]>;
  // In Linux's abstract namespace: no file is written, and none is left. Anyone may connect there, hence the secret.
  const address = `\0${randomUUID()}`;
  server.listen(address);
  const reader = connect({
    path: address,
    onread: {
      buffer: () => target.space(),
      callback: (count) => {
        target.filled(count);
        return true;
      },
    },
  });
  // A killed child may reset it; how the child ended is for its process to say.
  reader.on('error', () => undefined);
  const lost = once(reader, 'close').then(() => {
    throw new CodedError('no_channel', 'no channel for pictures could be opened');
  });
  const opened = connected.then(async ([writer]) => {
    await confirm(reader, writer);
    return writer;
  });
  try {
    return { reader, writer: await Promise.race([opened, lost]) };
  } catch (error) {
    reader.destroy();
    throw error;
  } finally {
    server.close();
    lost.catch(() => undefined);
  }
}

/** Pictures go to our own end alone, whoever else found the address. */
async function confirm(reader: Socket, writer: Socket): Promise<void> {
  const secret = randomUUID();
  reader.write(secret);
  writer.resume();
  const [said] = (await once(writer, 'data')) as [Buffer];
  writer.pause();
  if (said.toString() === secret) return;
  writer.destroy();
  throw new CodedError('foreign_connection', 'somebody else took the channel for pictures');
}
