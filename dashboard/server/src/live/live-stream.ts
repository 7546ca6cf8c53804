import type { LiveChanged, LiveFaces, LiveStatus } from '@emotion-fleet/contracts/api';

/** Events of `/live` by name. */
export interface LiveEvents {
  readonly changed: LiveChanged;
  readonly faces: LiveFaces;
  readonly status: LiveStatus;
}

/** Where one client's events go. */
export interface LiveSink {
  /** Hands an event over without waiting. */
  send<Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name]): void;
  /** Bytes that the client has not taken yet. */
  bufferedBytes(): number;
  /** Ends the stream: in order, or at once where the client doesn't take anything. */
  close(how: 'end' | 'abort'): void;
}

/** One client of `/live`. */
export interface LiveStream {
  readonly sink: LiveSink;
  /** Only this camera, with its faces; undefined: the whole fleet, without faces. */
  readonly deviceId: string | undefined;
}
