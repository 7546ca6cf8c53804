import type { LiveChanged, LiveFaces, LiveStatus } from '@emotion-fleet/contracts/api';

export interface LiveEvents {
  readonly changed: LiveChanged;
  readonly faces: LiveFaces;
  readonly status: LiveStatus;
}
/** `lost`: no stream now; the next attempt is scheduled. */
export type LiveState = 'closed' | 'connecting' | 'open' | 'lost';

/** The part of `EventSource` that is used; a test brings its own. */
export interface EventSourceLike {
  onopen: ((event: Event) => unknown) | null;
  onerror: ((event: Event) => unknown) | null;
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

export interface LiveStreamOptions {
  readonly url: string;
  readonly open?: (url: string) => EventSourceLike;
  /** Runs a task later; returns what calls it off. */
  readonly later?: (task: () => void, delayMs: number) => () => void;
  readonly random?: () => number;
}

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;
const eventTypes = ['changed', 'faces', 'status'] as const;

type Handler<T> = (event: T) => void;
type Handlers = { [Type in keyof LiveEvents]: Set<Handler<LiveEvents[Type]>> };

/**
 * One stream of server-sent events for the whole app. `EventSource` gives up for good on an HTTP error (a server
 * that restarts behind a proxy), so each failure closes it and a new one is opened, later and later with jitter.
 */
export class LiveStream {
  readonly #options: Required<LiveStreamOptions>;
  readonly #handlers: Handlers = { changed: new Set(), faces: new Set(), status: new Set() };
  readonly #stateHandlers = new Set<Handler<LiveState>>();
  #source: EventSourceLike | undefined;
  #cancelRetry: (() => void) | undefined;
  #attempts = 0;
  #deviceId: string | undefined;
  #state: LiveState = 'closed';

  constructor(options: LiveStreamOptions) {
    this.#options = {
      open: (url) => new EventSource(url),
      later: (task, delayMs) => {
        const timer = setTimeout(task, delayMs);
        return () => clearTimeout(timer);
      },
      random: Math.random,
      ...options,
    };
  }

  get state(): LiveState {
    return this.#state;
  }

  /** Opens the stream; a device id narrows it to one camera and adds its faces. Opening the same again does nothing. */
  open(deviceId?: string): void {
    if (this.#state !== 'closed' && deviceId === this.#deviceId) return;
    this.close();
    this.#deviceId = deviceId;
    this.#attempts = 0;
    this.#connect();
  }

  close(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#source?.close();
    this.#source = undefined;
    this.#setState('closed');
  }

  /** Listens to one type of event; returns what stops it. */
  on<Type extends keyof LiveEvents>(type: Type, handler: Handler<LiveEvents[Type]>): () => void {
    this.#handlers[type].add(handler);
    return () => this.#handlers[type].delete(handler);
  }

  onState(handler: Handler<LiveState>): () => void {
    this.#stateHandlers.add(handler);
    return () => this.#stateHandlers.delete(handler);
  }

  #connect(): void {
    const { url, open } = this.#options;
    const query =
      this.#deviceId === undefined ? '' : `?deviceId=${encodeURIComponent(this.#deviceId)}`;
    this.#setState('connecting');
    const source = open(url + query);
    this.#source = source;
    source.onopen = () => {
      this.#attempts = 0;
      this.#setState('open');
    };
    source.onerror = () => {
      if (this.#source === source) this.#retry();
    };
    for (const type of eventTypes) {
      source.addEventListener(type, (event) => this.#dispatch(type, event.data));
    }
  }

  #retry(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#setState('lost');
    const delayMs = Math.min(firstRetryMs * 2 ** this.#attempts, longestRetryMs);
    this.#attempts += 1;
    const jittered = delayMs * (0.5 + this.#options.random() / 2);
    this.#cancelRetry = this.#options.later(() => this.#connect(), jittered);
  }

  #dispatch(type: keyof LiveEvents, data: string): void {
    let event: unknown;
    try {
      event = JSON.parse(data);
    } catch {
      return; // A cut-off event says nothing; the next one brings the state again.
    }
    // The server is ours and sends what its schemas say: an event of a type is what that type's handlers take.
    for (const handler of this.#handlers[type]) (handler as Handler<unknown>)(event);
  }

  #setState(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const handler of this.#stateHandlers) handler(state);
  }
}
