const publishType = 3;
const maxHeaderBytes = 5;

export interface PacketLimits {
  /** A longer PUBLISH is cut to this many bytes after its fixed header. */
  readonly maxPublishBytes: number;
  /** Any other packet that is longer is refused. */
  readonly maxControlBytes: number;
}

/**
 * Stands between a socket and the MQTT parser, which would gather a packet of any announced length (up to
 * 256 MiB) in memory. A PUBLISH that is too long is cut, its announced length included: so it can still be
 * refused for good and acked, or the device would send it for ever.
 */
export class PacketLimiter {
  readonly #limits: PacketLimits;
  #held = Buffer.alloc(0);
  #passing = 0;
  #dropping = 0;

  constructor(limits: PacketLimits) {
    this.#limits = limits;
  }

  /**
   * What the parser may see of the next bytes of the socket.
   * @throws RangeError where a packet is refused
   */
  pass(chunk: Buffer): Buffer {
    const data = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = Buffer.alloc(0);
    const parts: Buffer[] = [];
    let runStart = 0;
    let position = 0;
    while (position < data.length) {
      if (this.#passing > 0) {
        const count = Math.min(this.#passing, data.length - position);
        this.#passing -= count;
        position += count;
      } else if (this.#dropping > 0) {
        parts.push(data.subarray(runStart, position));
        const count = Math.min(this.#dropping, data.length - position);
        this.#dropping -= count;
        position += count;
        runStart = position;
      } else {
        const header = readHeader(data, position);
        if (header === undefined) {
          this.#held = Buffer.from(data.subarray(position));
          break;
        }
        const allowed = this.#allow(header);
        if (allowed < header.length) {
          parts.push(data.subarray(runStart, position), writeHeader(header.firstByte, allowed));
          runStart = position + header.size;
        }
        position += header.size;
      }
    }
    parts.push(data.subarray(runStart, position));
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  #allow({ firstByte, length }: FixedHeader): number {
    const { maxPublishBytes, maxControlBytes } = this.#limits;
    const isPublish = firstByte >> 4 === publishType;
    if (!isPublish && length > maxControlBytes) throw new RangeError('MQTT packet is too long');
    this.#passing = Math.min(length, isPublish ? maxPublishBytes : maxControlBytes);
    this.#dropping = length - this.#passing;
    return this.#passing;
  }
}

interface FixedHeader {
  readonly firstByte: number;
  /** Bytes of the header itself. */
  readonly size: number;
  /** Bytes that follow. */
  readonly length: number;
}

/** MQTT 3.1.1, section 2.2; undefined while bytes are missing. */
function readHeader(data: Buffer, start: number): FixedHeader | undefined {
  let length = 0;
  for (let size = 2; size <= maxHeaderBytes; size++) {
    const byte = data[start + size - 1];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** (size - 2);
    if (byte < 0x80) return { firstByte: data[start]!, size, length };
  }
  throw new RangeError('MQTT packet length is malformed');
}

function writeHeader(firstByte: number, length: number): Buffer {
  const bytes = [firstByte];
  let rest = length;
  do {
    bytes.push((rest % 128) + (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}
