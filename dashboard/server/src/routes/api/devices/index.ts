import {
  DeviceHealth,
  DeviceItem,
  DeviceList,
  DeviceListQuery,
  Heatmap,
  Positions,
  RangeQuery,
} from '@emotion-fleet/contracts/api';
import type { ApiApp, ApiContext } from '../../../api-app.ts';
import { listDevices } from '../../../queries/device-list.ts';
import { readDeviceHealth } from '../../../queries/health.ts';
import { readHeatmap } from '../../../queries/heatmap.ts';
import { readPositions } from '../../../queries/positions.ts';
import { DeviceParams } from '../params.ts';
import { beginReading } from '../places/index.ts';
import { problemAnswer } from '../problem-answer.ts';

export function registerDeviceRoutes(app: ApiApp, context: ApiContext): void {
  const { tools, fleets } = context;
  app.get(
    '/devices',
    {
      schema: {
        operationId: 'listDevices',
        summary: 'Cameras, with their state: those that are asked for, in the order asked for',
        tags: ['device'],
        querystring: DeviceListQuery,
        response: { 200: DeviceList, default: problemAnswer },
      },
    },
    async ({ query }) => {
      const fleet = await fleets.load();
      if (query.siteId !== undefined) fleet.requireSite(query.siteId);
      return listDevices(await tools.directory.read(fleet), query);
    },
  );
  app.get(
    '/devices/:deviceId',
    {
      schema: {
        operationId: 'getDevice',
        summary: 'One camera, as in the list',
        tags: ['device'],
        params: DeviceParams,
        response: { 200: DeviceItem, default: problemAnswer },
      },
    },
    async ({ params: { deviceId } }) => {
      const fleet = await fleets.load();
      fleet.requireDevice(deviceId);
      return (await tools.directory.read(fleet)).devices.get(deviceId)!;
    },
  );
  app.get(
    '/devices/:deviceId/health',
    {
      schema: {
        operationId: 'getDeviceHealth',
        summary: 'The state of a camera, why, and its health messages of the last hour',
        tags: ['device'],
        params: DeviceParams,
        response: { 200: DeviceHealth, default: problemAnswer },
      },
    },
    async ({ params }) => readDeviceHealth(tools, await fleets.load(), params.deviceId),
  );
  registerPictureRoutes(app, context);
}

/** Where in the picture people stand: of one camera alone, since pictures don't add up. */
function registerPictureRoutes(app: ApiApp, context: ApiContext): void {
  app.get(
    '/devices/:deviceId/positions',
    {
      schema: {
        operationId: 'getDevicePositions',
        summary: 'Face centres as shares of the frame, an even sample of at most 2,000',
        tags: ['device'],
        params: DeviceParams,
        querystring: RangeQuery,
        response: { 200: Positions, default: problemAnswer },
      },
    },
    async ({ params: { deviceId }, query }) => {
      const place = { kind: 'device', deviceId } as const;
      return readPositions(await beginReading({ context, place, query }), deviceId);
    },
  );
  app.get(
    '/devices/:deviceId/heatmap',
    {
      schema: {
        operationId: 'getDeviceHeatmap',
        summary: 'Samples by cell of a 32 x 18 grid; hours that the range touches count whole',
        tags: ['device'],
        params: DeviceParams,
        querystring: RangeQuery,
        response: { 200: Heatmap, default: problemAnswer },
      },
    },
    async ({ params: { deviceId }, query }) => {
      const place = { kind: 'device', deviceId } as const;
      return readHeatmap(await beginReading({ context, place, query }), deviceId);
    },
  );
}
