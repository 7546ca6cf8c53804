import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { isAbort, toApiError, type ApiError } from '../api/api-error.ts';

export interface FetchedOptions<T> {
  /** What the answer depends on; another key calls off a running request and starts anew. */
  readonly key: () => string;
  readonly load: (signal: AbortSignal) => Promise<T>;
}

export interface Fetched<T> {
  /** The last good answer: it stays on the page while a newer one is fetched, or when that fails. */
  readonly data: Readonly<ShallowRef<T | undefined>>;
  /** Of the last attempt; undefined after a good one. */
  readonly error: Readonly<ShallowRef<ApiError | undefined>>;
  readonly isLoading: Readonly<ShallowRef<boolean>>;
  /** The answer on the page belongs to an earlier key. */
  readonly isStale: Readonly<ShallowRef<boolean>>;
  /** Fetches again; while the same request runs, that one is awaited instead. */
  readonly refresh: () => Promise<void>;
}

/** Fetches now, at each new key and at `refresh`; stops with the component that uses it. */
export function useFetched<T>({ key, load }: FetchedOptions<T>): Fetched<T> {
  const data = shallowRef<T>();
  const error = shallowRef<ApiError>();
  const isLoading = shallowRef(false);
  const isStale = shallowRef(false);
  let running: { key: string; controller: AbortController; done: Promise<void> } | undefined;

  async function run(controller: AbortController): Promise<void> {
    try {
      const answer = await load(controller.signal);
      if (controller.signal.aborted) return;
      data.value = answer;
      error.value = undefined;
      isStale.value = false;
    } catch (cause) {
      if (controller.signal.aborted || isAbort(cause)) return;
      error.value = toApiError(cause);
    }
    isLoading.value = false;
    running = undefined;
  }

  function refresh(): Promise<void> {
    const wanted = key();
    if (running?.key === wanted) return running.done;
    running?.controller.abort();
    const controller = new AbortController();
    isLoading.value = true;
    const request = { key: wanted, controller, done: Promise.resolve() };
    // Before the call: a `load` that fails at once must find its own request to clear away.
    running = request;
    request.done = run(controller);
    return request.done;
  }

  watch(
    key,
    () => {
      isStale.value = data.value !== undefined;
      void refresh();
    },
    { immediate: true },
  );
  onScopeDispose(() => running?.controller.abort());
  return { data, error, isLoading, isStale, refresh };
}
