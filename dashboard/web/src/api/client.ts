import type {
  Coverage,
  DeviceConfig,
  DeviceConfigChange,
  DeviceHealth,
  DeviceItem,
  DeviceList,
  DeviceListQuery,
  Heatmap,
  Info,
  Positions,
  Problem,
  SiteHealth,
  SiteItem,
  SiteList,
  SiteListQuery,
  Summary,
  Timeline,
} from '@emotion-fleet/contracts/api';
import type { Span } from '../time/range.ts';
import { ApiError, isAbort } from './api-error.ts';
import { scopePath, type Scope } from './scope.ts';

export const apiBase = '/api/v1';
const defaultTimeoutMs = 30_000;

type Query = Readonly<Record<string, string | number | boolean>>;

export interface RangeCall {
  readonly span: Span;
  readonly signal?: AbortSignal;
}

export interface ApiClientOptions {
  readonly fetch?: typeof globalThis.fetch;
  readonly baseUrl?: string;
  /** For the whole of one answer: a server that hangs must not keep a page from asking again. */
  readonly timeoutMs?: number;
}

/** The dashboard's API. The only place that calls `fetch`; every failure is an `ApiError` or an abort. */
export class ApiClient {
  readonly #fetch: typeof globalThis.fetch;
  readonly #baseUrl: string;
  readonly #timeoutMs: number;

  constructor(options: ApiClientOptions = {}) {
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.#baseUrl = options.baseUrl ?? apiBase;
    this.#timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  }

  info(signal?: AbortSignal): Promise<Info> {
    return this.#get('info', {}, signal);
  }

  /** One page. */
  sites(query: SiteListQuery, signal?: AbortSignal): Promise<SiteList> {
    return this.#get('sites', query, signal);
  }

  /** One page. */
  devices(query: DeviceListQuery, signal?: AbortSignal): Promise<DeviceList> {
    return this.#get('devices', query, signal);
  }

  site(siteId: string, signal?: AbortSignal): Promise<SiteItem> {
    return this.#get(scopePath({ kind: 'site', siteId }), {}, signal);
  }

  device(deviceId: string, signal?: AbortSignal): Promise<DeviceItem> {
    return this.#get(scopePath({ kind: 'device', deviceId }), {}, signal);
  }

  summary(scope: Scope, { span, signal }: RangeCall): Promise<Summary> {
    return this.#get(`${scopePath(scope)}/summary`, rangeQuery(span), signal);
  }

  timeline(scope: Scope, { span, signal }: RangeCall): Promise<Timeline> {
    return this.#get(`${scopePath(scope)}/timeline`, rangeQuery(span), signal);
  }

  coverage(scope: Scope, { span, signal }: RangeCall): Promise<Coverage> {
    return this.#get(`${scopePath(scope)}/coverage`, rangeQuery(span), signal);
  }

  positions(deviceId: string, { span, signal }: RangeCall): Promise<Positions> {
    const path = `${scopePath({ kind: 'device', deviceId })}/positions`;
    return this.#get(path, rangeQuery(span), signal);
  }

  heatmap(deviceId: string, { span, signal }: RangeCall): Promise<Heatmap> {
    const path = `${scopePath({ kind: 'device', deviceId })}/heatmap`;
    return this.#get(path, rangeQuery(span), signal);
  }

  deviceHealth(deviceId: string, signal?: AbortSignal): Promise<DeviceHealth> {
    return this.#get(`${scopePath({ kind: 'device', deviceId })}/health`, {}, signal);
  }

  deviceConfig(deviceId: string, signal?: AbortSignal): Promise<DeviceConfig> {
    return this.#get(`${scopePath({ kind: 'device', deviceId })}/config`, {}, signal);
  }

  changeDeviceConfig(deviceId: string, change: DeviceConfigChange): Promise<DeviceConfig> {
    const path = `${scopePath({ kind: 'device', deviceId })}/config`;
    return this.#ask(this.#url(path, {}), {
      method: 'PUT',
      body: JSON.stringify(change),
    });
  }

  siteHealth(siteId: string, signal?: AbortSignal): Promise<SiteHealth> {
    return this.#get(`${scopePath({ kind: 'site', siteId })}/health`, {}, signal);
  }

  /** Where the browser downloads a scope's windows as CSV. */
  exportUrl(scope: Scope, span: Span): string {
    return this.#url(`${scopePath(scope)}/export.csv`, rangeQuery(span));
  }

  #get<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
    return this.#ask(this.#url(path, query), {}, signal);
  }

  async #ask<T>(url: string, init: Omit<RequestInit, 'headers'>, signal?: AbortSignal): Promise<T> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    try {
      const response = await this.#request(url, { ...init, signal: either });
      if (!response.ok) throw await problemOf(response);
      return await readJson<T>(response);
    } catch (cause) {
      if (!timeout.aborted || signal?.aborted === true) throw cause;
      const message = 'The server did not answer in time.';
      throw new ApiError({ code: 'timed_out', status: 0, message, cause });
    }
  }

  async #request(url: string, init: Omit<RequestInit, 'headers'>): Promise<Response> {
    const json = 'application/json';
    const headers = { accept: json, ...(init.body !== undefined && { 'content-type': json }) };
    try {
      return await this.#fetch(url, { ...init, headers });
    } catch (cause) {
      if (isAbort(cause)) throw cause;
      const message = 'The server could not be reached.';
      throw new ApiError({ code: 'network_unreachable', status: 0, message, cause });
    }
  }

  #url(path: string, query: Query): string {
    const texts = Object.entries(query).map(([name, value]) => [name, String(value)]);
    const search = new URLSearchParams(texts).toString();
    return `${this.#baseUrl}/${path}${search === '' ? '' : `?${search}`}`;
  }
}

function rangeQuery({ fromMs, toMs }: Span): Query {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

async function readJson<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    const message = 'The answer of the server could not be read.';
    throw new ApiError({ code: 'bad_response', status: response.status, message, cause });
  }
}

/** Reads a problem body (RFC 9457); a proxy's HTML page still becomes one clear sentence. */
async function problemOf(response: Response): Promise<ApiError> {
  const { status } = response;
  const body = (await response.json().catch(() => undefined)) as Partial<Problem> | undefined;
  return new ApiError({
    code: body?.code ?? `http_${status}`,
    status,
    message: body?.detail ?? body?.title ?? `The server answered with status ${status}.`,
  });
}
