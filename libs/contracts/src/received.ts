import { isId } from './ids.ts';

/** What stands in the `device-...` topics that gateways write: the message, who sent it, when it arrived. */
export interface Received<Message> {
  readonly deviceId: string;
  readonly receivedAt: number;
  readonly message: Message;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** An entry of such a topic, its message not looked at; undefined where it is none, or stands under another device. */
export function decodeReceived(key: string, bytes: Uint8Array): Received<unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { deviceId, receivedAt, message } = value as Partial<Received<unknown>>;
  if (deviceId !== key || !isId(key) || !Number.isSafeInteger(receivedAt)) return undefined;
  return { deviceId, receivedAt: receivedAt as number, message };
}
