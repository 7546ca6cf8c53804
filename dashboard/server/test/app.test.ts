import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Problem } from '@emotion-fleet/contracts/api';
import type { DashboardServerOptions } from '../src/dashboard-server.ts';
import { startTestDashboard, type TestDashboard } from './support/test-dashboard.ts';

async function start(
  context: TestContext,
  options: Partial<DashboardServerOptions> = {},
): Promise<TestDashboard> {
  const dashboard = await startTestDashboard(options);
  context.after(() => dashboard.stop());
  return dashboard;
}

const range = 'from=2026-03-04T10:00:00Z&to=2026-03-04T12:00:00Z';

async function problemAt(dashboard: TestDashboard, url: string): Promise<Problem> {
  const { status, body, headers } = await dashboard.get(url);
  const problem = body as Problem;
  assert.match(String(headers['content-type']), /^application\/problem\+json/);
  assert.equal(problem.status, status);
  return problem;
}

test('a fault in a parameter is a problem that names it', async (context) => {
  const dashboard = await start(context);
  for (const [query, code, detail] of [
    ['from=yesterday&to=2026-03-04T12:00:00Z', 'bad_parameter', /"from" must match format/],
    ['from=2026-03-04T10:00:00Z', 'bad_parameter', /"to" is missing/],
    [`${range}&step=5`, 'bad_parameter', /"step" is not known/],
    ['from=2026-03-04T12:00:00Z&to=2026-03-04T11:00:00Z', 'bad_range', /"from"/],
    ['from=2024-03-04T12:00:00Z&to=2026-03-04T11:00:00Z', 'range_too_long', /400 days/],
  ] as const) {
    const problem = await problemAt(dashboard, `/api/v1/fleet/summary?${query}`);
    assert.equal(problem.status, 400, query);
    assert.equal(problem.code, code);
    assert.match(problem.detail ?? '', detail);
  }
});

test('a page that is too long is a problem', async (context) => {
  const problem = await problemAt(await start(context), '/api/v1/devices?limit=5000');
  assert.match(problem.detail ?? '', /"limit" must be <= 1000/);
});

test('an unknown site or device is a 404 with its own code', async (context) => {
  const dashboard = await start(context);
  for (const path of ['summary', 'timeline', 'coverage', 'export.csv']) {
    const site = await problemAt(dashboard, `/api/v1/sites/nowhere/${path}?${range}`);
    assert.deepEqual([site.status, site.code], [404, 'no_such_site']);
    const device = await problemAt(dashboard, `/api/v1/devices/nothing/${path}?${range}`);
    assert.deepEqual([device.status, device.code], [404, 'no_such_device']);
  }
  for (const url of [
    `/api/v1/devices/nothing/positions?${range}`,
    `/api/v1/devices/nothing/heatmap?${range}`,
    '/api/v1/devices/nothing',
    '/api/v1/devices/nothing/health',
    '/api/v1/live?deviceId=nothing',
  ]) {
    assert.equal((await problemAt(dashboard, url)).code, 'no_such_device', url);
  }
  for (const url of ['/api/v1/sites/no', '/api/v1/sites/no/health', '/api/v1/devices?siteId=no']) {
    assert.equal((await problemAt(dashboard, url)).code, 'no_such_site', url);
  }
});

test('answers are never kept by a cache', async (context) => {
  const dashboard = await start(context);
  for (const url of ['/api/v1/info', `/api/v1/fleet/summary?${range}`, '/api/v1/sites/x/health']) {
    assert.equal((await dashboard.get(url)).headers['cache-control'], 'no-store', url);
  }
});

test('a store that is down is a 503 without its inner workings', async (context) => {
  const dashboard = await start(context);
  await dashboard.store.stop();
  const problem = await problemAt(dashboard, `/api/v1/fleet/summary?${range}`);
  assert.deepEqual([problem.status, problem.code], [503, 'store_unavailable']);
  assert.equal((await dashboard.get('/health')).status, 503);
});

test('a defect tells the client nothing but that it is one', async (context) => {
  const dashboard = await start(context);
  dashboard.registry.listSites = () => Promise.reject(new Error('secret path /data/x'));
  const problem = await problemAt(dashboard, '/api/v1/sites');
  assert.equal(problem.code, 'internal');
  assert.ok(!JSON.stringify(problem).includes('secret'));
});

test('names other than loopback are refused, whatever address they resolve to', async (context) => {
  const { dashboard, port } = await start(context);
  const answer = async (host: string) =>
    (await dashboard.app.inject({ url: '/api/v1/info', headers: { host } })).statusCode;
  assert.equal(await answer('evil.example'), 403);
  assert.equal(await answer(`evil.example:${port}`), 403);
  assert.equal(await answer(`127.0.0.1.evil.example:${port}`), 403);
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'localhost', `[::1]:${port}`]) {
    assert.equal(await answer(host), 200, host);
  }
});

test('scripts come from this server alone, and no page may frame it', async (context) => {
  const { headers } = await (await start(context)).get('/api/v1/info');
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.match(policy, /style-src 'self' 'unsafe-inline'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.ok(!policy.includes('upgrade-insecure-requests'));
  assert.equal(headers['strict-transport-security'], undefined);
});

test('too many requests are a problem', async (context) => {
  const dashboard = await start(context, { requestsPerMinute: 3 });
  for (let count = 0; count < 3; count++) await dashboard.get('/api/v1/info');
  const problem = await problemAt(dashboard, '/api/v1/info');
  assert.deepEqual([problem.status, problem.code], [429, 'too_many_requests']);
});

test('requests are measured by route', async (context) => {
  const dashboard = await start(context);
  await dashboard.get('/api/v1/devices/door-1/health');
  const { body } = await dashboard.get('/metrics');
  assert.match(
    String(body),
    /emotion_dashboard_request_seconds_count\{route="\/api\/v1\/devices\/:deviceId\/health",status="200"\} 1/,
  );
});

interface Operation {
  readonly operationId?: string;
  readonly responses: Record<string, { content: object }>;
}

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

test('the OpenAPI document names each route once, with its answers', async (context) => {
  const dashboard = await start(context);
  const document = (await dashboard.get('/api/docs/json')).body as OpenApi;
  assert.match(document.openapi, /^3\.1\./);
  const places = ['/fleet', '/sites/{siteId}', '/devices/{deviceId}'];
  const expected = [
    '/info',
    '/live',
    '/sites',
    '/devices',
    '/sites/{siteId}',
    '/devices/{deviceId}',
    '/sites/{siteId}/health',
    '/devices/{deviceId}/health',
    '/devices/{deviceId}/config',
    '/devices/{deviceId}/positions',
    '/devices/{deviceId}/heatmap',
    ...places.flatMap((place) =>
      ['summary', 'timeline', 'coverage', 'export.csv'].map((what) => `${place}/${what}`),
    ),
  ].map((path) => `/api/v1${path}`);
  assert.deepEqual(Object.keys(document.paths).sort(), expected.sort());
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  // Each route is read, one is written as well.
  assert.equal(operations.length, expected.length + 1);
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  for (const { responses } of operations) {
    assert.deepEqual(Object.keys(responses), ['200', 'default']);
    assert.deepEqual(Object.keys(responses['default']!.content), ['application/problem+json']);
  }
});

test('a view gets the page of the web app, below /api nothing does', async (context) => {
  const webRoot = await mkdtemp(join(tmpdir(), 'dashboard-web-'));
  context.after(() => rm(webRoot, { recursive: true }));
  await mkdir(join(webRoot, 'assets'));
  await writeFile(join(webRoot, 'index.html'), '<p>page</p>');
  await writeFile(join(webRoot, 'assets', 'app-1a2b.js'), 'export {};');
  const dashboard = await start(context, { webRoot });
  for (const url of ['/', '/sites/north?from=x', '/devices/door-1']) {
    const { status, body, headers } = await dashboard.get(url);
    assert.deepEqual([status, body], [200, '<p>page</p>'], url);
    assert.equal(headers['cache-control'], 'no-cache');
  }
  const asset = await dashboard.get('/assets/app-1a2b.js');
  assert.match(String(asset.headers['cache-control']), /immutable/);
  for (const url of ['/api', '/api/', '/api/v1/nothing', '/api/v2/info', '/assets/gone.js']) {
    assert.equal((await problemAt(dashboard, url)).code, 'not_found', url);
  }
  assert.equal((await dashboard.get('/%2e%2e/%2e%2e/etc/passwd.txt')).status, 404);
});
