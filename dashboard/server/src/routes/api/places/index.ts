import { Readable } from 'node:stream';
import { Type, type TObject } from 'typebox';
import { Coverage, RangeQuery, Summary, Timeline } from '@emotion-fleet/contracts/api';
import type { ApiApp, ApiContext } from '../../../api-app.ts';
import { readCoverage } from '../../../queries/coverage.ts';
import { csvLines } from '../../../queries/csv.ts';
import { placeName, type Place } from '../../../queries/place.ts';
import { parseRange } from '../../../queries/query-range.ts';
import type { Reading } from '../../../queries/reading.ts';
import { readSummary } from '../../../queries/summary.ts';
import { readTimeline } from '../../../queries/timeline.ts';
import { DeviceParams, SiteParams } from '../params.ts';
import { problemAnswer } from '../problem-answer.ts';

interface PlaceRoutes<Params extends TObject> {
  /** Path below `/api/v1`. */
  readonly path: string;
  readonly params: Params;
  /** Singular, in camel case, for operation ids. */
  readonly name: string;
  readonly placeOf: (params: Readonly<Record<string, unknown>>) => Place;
}

/** Summary, timeline, coverage and export of the fleet, a site and a device: the same four for each. */
export function registerPlaceRoutes(app: ApiApp, context: ApiContext): void {
  registerRoutesOf(app, context, {
    path: '/fleet',
    name: 'Fleet',
    params: Type.Object({}),
    placeOf: () => ({ kind: 'fleet' }),
  });
  registerRoutesOf(app, context, {
    path: '/sites/:siteId',
    name: 'Site',
    params: SiteParams,
    placeOf: ({ siteId }) => ({ kind: 'site', siteId: String(siteId) }),
  });
  registerRoutesOf(app, context, {
    path: '/devices/:deviceId',
    name: 'Device',
    params: DeviceParams,
    placeOf: ({ deviceId }) => ({ kind: 'device', deviceId: String(deviceId) }),
  });
}

function registerRoutesOf<Params extends TObject>(
  app: ApiApp,
  context: ApiContext,
  { path, params, name, placeOf }: PlaceRoutes<Params>,
): void {
  const read = (request: { params: unknown; query: RangeQuery }): Promise<Reading> =>
    beginReading({
      context,
      place: placeOf(request.params as Readonly<Record<string, unknown>>),
      query: request.query,
    });
  const common = { tags: [name.toLowerCase()], params, querystring: RangeQuery };

  app.get(
    `${path}/summary`,
    {
      schema: {
        ...common,
        operationId: `get${name}Summary`,
        summary: 'One set of numbers for a range',
        response: { 200: Summary, default: problemAnswer },
      },
    },
    async (request) => readSummary(await read(request)),
  );
  app.get(
    `${path}/timeline`,
    {
      schema: {
        ...common,
        operationId: `get${name}Timeline`,
        summary: 'A range in minutes, hours or days (UTC), empty windows included',
        response: { 200: Timeline, default: problemAnswer },
      },
    },
    async (request) => readTimeline(await read(request)),
  );
  app.get(
    `${path}/coverage`,
    {
      schema: {
        ...common,
        operationId: `get${name}Coverage`,
        summary: 'What the numbers rest on: time and records, expected against seen',
        response: { 200: Coverage, default: problemAnswer },
      },
    },
    async (request) => readCoverage(await read(request)),
  );
  app.get(
    `${path}/export.csv`,
    {
      schema: {
        ...common,
        operationId: `export${name}`,
        summary: 'The timeline as CSV, one row a window',
        response: {
          200: { description: 'RFC 4180', content: { 'text/csv': { schema: Type.String() } } },
          default: problemAnswer,
        },
      },
    },
    async (request, reply) => {
      const reading = await read(request);
      const place = placeName(reading.place);
      const timeline = await readTimeline(reading);
      const days = [timeline.from, timeline.to].map((time) => time.slice(0, 16).replace(':', ''));
      const fileName = `emotion-fleet_${place}_${days.join('_')}.csv`;
      return (
        reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="${fileName}"`)
          // The schema says what the text is; that it comes as a stream has no type there.
          .send(Readable.from(csvLines(place, timeline)) as never)
      );
    },
  );
}

/** @throws ApiError for a range or a place that isn't one */
export async function beginReading(options: {
  readonly context: ApiContext;
  readonly place: Place;
  readonly query: RangeQuery;
}): Promise<Reading> {
  const { context, place, query } = options;
  const range = parseRange(query);
  const fleet = await context.fleets.load();
  fleet.requirePlace(place);
  return { tools: context.tools, fleet, place, range };
}
