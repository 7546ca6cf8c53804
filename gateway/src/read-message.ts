const decoder = new TextDecoder('utf-8', { fatal: true });
const maxMessageBytes = 16 * 1024;
/** 32 zones of 32 corners in full precision are about 45 kB. */
export const maxConfigBytes = 64 * 1024;

/** A small message as JSON; undefined where it is too long or none. */
export function readMessage(payload: Uint8Array, maxBytes = maxMessageBytes): unknown {
  if (payload.byteLength > maxBytes) return undefined;
  try {
    return JSON.parse(decoder.decode(payload));
  } catch {
    return undefined;
  }
}
