const decoder = new TextDecoder('utf-8', { fatal: true });
const maxMessageBytes = 16 * 1024;

/** A small message as JSON; undefined where it is too long or none. */
export function readMessage(payload: Uint8Array): unknown {
  if (payload.byteLength > maxMessageBytes) return undefined;
  try {
    return JSON.parse(decoder.decode(payload));
  } catch {
    return undefined;
  }
}
