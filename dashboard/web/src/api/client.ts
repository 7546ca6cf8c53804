import type {
  Coverage,
  DeviceHealth,
  DeviceItem,
  Heatmap,
  Info,
  Positions,
  Problem,
  SiteHealth,
  SiteItem,
  Summary,
  Timeline,
} from '@emotion-fleet/contracts/api';
import type { Span } from '../time/range.ts';
import { ApiError, isAbort } from './api-error.ts';
import { scopePath, type Scope } from './scope.ts';

export const apiBase = '/api/v1';
/** Bounds the pages of a list that one call follows: 20 x 200 items. */
const maxPages = 20;

type Query = Readonly<Record<string, string>>;
interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface RangeCall {
  readonly span: Span;
  readonly signal?: AbortSignal;
}

export interface ApiClientOptions {
  readonly fetch?: typeof globalThis.fetch;
  readonly baseUrl?: string;
}

/** The dashboard's API. The only place that calls `fetch`; every failure is an `ApiError` or an abort. */
export class ApiClient {
  readonly #fetch: typeof globalThis.fetch;
  readonly #baseUrl: string;

  constructor({
    fetch = globalThis.fetch.bind(globalThis),
    baseUrl = apiBase,
  }: ApiClientOptions = {}) {
    this.#fetch = fetch;
    this.#baseUrl = baseUrl;
  }

  info(signal?: AbortSignal): Promise<Info> {
    return this.#get('info', {}, signal);
  }

  /** All sites, page after page. */
  sites(signal?: AbortSignal): Promise<SiteItem[]> {
    return this.#list('sites', signal);
  }

  /** All devices of all sites, page after page. */
  devices(signal?: AbortSignal): Promise<DeviceItem[]> {
    return this.#list('devices', signal);
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

  siteHealth(siteId: string, signal?: AbortSignal): Promise<SiteHealth> {
    return this.#get(`${scopePath({ kind: 'site', siteId })}/health`, {}, signal);
  }

  /** Where the browser downloads a scope's windows as CSV. */
  exportUrl(scope: Scope, span: Span): string {
    return this.#url(`${scopePath(scope)}/export.csv`, rangeQuery(span));
  }

  async #list<T>(path: string, signal?: AbortSignal): Promise<T[]> {
    const items: T[] = [];
    let query: Query = {};
    for (let pages = 0; pages < maxPages; pages += 1) {
      const page: Page<T> = await this.#get(path, query, signal);
      items.push(...page.items);
      if (page.next === null) break;
      query = { after: page.next };
    }
    return items;
  }

  async #get<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
    const response = await this.#request(this.#url(path, query), signal);
    if (!response.ok) throw await problemOf(response);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      if (isAbort(cause)) throw cause;
      const message = 'The answer of the server could not be read.';
      throw new ApiError({ code: 'bad_response', status: response.status, message, cause });
    }
  }

  async #request(url: string, signal: AbortSignal | undefined): Promise<Response> {
    const init: RequestInit = { headers: { accept: 'application/json' } };
    if (signal !== undefined) init.signal = signal;
    try {
      return await this.#fetch(url, init);
    } catch (cause) {
      if (isAbort(cause)) throw cause;
      const message = 'The server could not be reached.';
      throw new ApiError({ code: 'network_unreachable', status: 0, message, cause });
    }
  }

  #url(path: string, query: Query): string {
    const search = new URLSearchParams(query).toString();
    return `${this.#baseUrl}/${path}${search === '' ? '' : `?${search}`}`;
  }
}

function rangeQuery({ fromMs, toMs }: Span): Query {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
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
