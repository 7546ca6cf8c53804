import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ApiError, toApiError } from '../../src/api/api-error.ts';
import { ApiClient } from '../../src/api/client.ts';

const span = { fromMs: Date.UTC(2026, 2, 1), toMs: Date.UTC(2026, 2, 2) };
const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

/** Answers in turn, and remembers what was asked for. */
function clientWith(...answers: (Response | Error)[]) {
  const urls: string[] = [];
  const fetch = (async (url: string, init?: RequestInit) => {
    init?.signal?.throwIfAborted();
    urls.push(url);
    const answer = answers.shift();
    if (answer instanceof Response) return answer;
    throw answer ?? new Error('nothing left to answer');
  }) as typeof globalThis.fetch;
  return { client: new ApiClient({ fetch }), urls };
}

const hasCode = (code: string, status: number) => (error: unknown) =>
  error instanceof ApiError && error.code === code && error.status === status;

suite('api client', () => {
  test('asks for a scope and a range', async () => {
    const { client, urls } = clientWith(json({ samples: 3 }));
    const summary = await client.summary({ kind: 'site', siteId: 'a b' }, { span });
    assert.equal(summary.samples, 3);
    const range = 'from=2026-03-01T00%3A00%3A00.000Z&to=2026-03-02T00%3A00%3A00.000Z';
    assert.deepEqual(urls, [`/api/v1/sites/a%20b/summary?${range}`]);
    const exported = client.exportUrl({ kind: 'fleet' }, span);
    assert.equal(exported, `/api/v1/fleet/export.csv?${range}`);
  });

  test('asks for the page of a list that is shown, and for one row', async () => {
    const page = json({ items: [{ deviceId: 'a' }], next: null, total: 1 });
    const { client, urls } = clientWith(page, json({ deviceId: 'a b' }), json({ siteId: 'n' }));
    const devices = await client.devices({ limit: 50, offset: 100, q: 'till 9', descending: true });
    assert.equal(devices.items.length, 1);
    await client.device('a b');
    await client.site('n');
    assert.deepEqual(urls, [
      '/api/v1/devices?limit=50&offset=100&q=till+9&descending=true',
      '/api/v1/devices/a%20b',
      '/api/v1/sites/n',
    ]);
  });

  test('turns a problem body into an error with its code and its sentence', async () => {
    const detail = 'There is no camera of that name.';
    const problem = {
      type: 'about:blank',
      title: 'Not found',
      status: 404,
      code: 'device_unknown',
      detail,
    };
    const { client } = clientWith(json(problem, 404));
    await assert.rejects(client.deviceHealth('x'), (error) => {
      assert.ok(hasCode('device_unknown', 404)(error));
      assert.equal((error as ApiError).message, detail);
      return true;
    });
  });

  test('names the status where a proxy answers with a page of its own', async () => {
    const { client } = clientWith(new Response('<html>', { status: 502 }));
    await assert.rejects(client.info(), hasCode('http_502', 502));
  });

  test('names an answer that cannot be read, and a server that cannot be reached', async () => {
    const unreadable = clientWith(new Response('<html>')).client;
    await assert.rejects(unreadable.info(), hasCode('bad_response', 200));
    const cause = new TypeError('fetch failed');
    await assert.rejects(clientWith(cause).client.info(), (error) => {
      assert.ok(hasCode('network_unreachable', 0)(error));
      assert.equal((error as ApiError).cause, cause);
      return true;
    });
  });

  test('passes on that a request was called off', async () => {
    const { client } = clientWith(json({}));
    await assert.rejects(client.info(AbortSignal.abort()), { name: 'AbortError' });
  });

  test('gives up on a server that never answers, so that the page can ask again', async () => {
    const fetch = ((_url: string, init: RequestInit) =>
      new Promise((_resolve, reject) => {
        init.signal!.addEventListener('abort', () => reject(init.signal!.reason as Error));
      })) as typeof globalThis.fetch;
    await assert.rejects(new ApiClient({ fetch, timeoutMs: 5 }).info(), hasCode('timed_out', 0));
  });

  test('makes an error with a code of anything thrown', () => {
    const known = new ApiError({ code: 'x', status: 500, message: 'x' });
    assert.equal(toApiError(known), known);
    assert.equal(toApiError('odd').code, 'bad_response');
  });
});
