import { DeviceConfig, DeviceConfigChange } from '@emotion-fleet/contracts/api';
import type { ApiApp, ApiContext } from '../../../api-app.ts';
import { FleetMap } from '../../../queries/fleet-map.ts';
import { DeviceParams } from '../params.ts';
import { problemAnswer } from '../problem-answer.ts';

/** The one thing that can be changed through this API. */
export function registerConfigRoutes(app: ApiApp, { registry, configs }: ApiContext): void {
  app.get(
    '/devices/:deviceId/config',
    {
      schema: {
        operationId: 'getDeviceConfig',
        summary: 'What is wanted of a camera, what it runs with, and what became of it',
        tags: ['device'],
        params: DeviceParams,
        response: { 200: DeviceConfig, default: problemAnswer },
      },
    },
    async ({ params: { deviceId } }) => {
      (await FleetMap.load(registry)).requireDevice(deviceId);
      return configs.read(deviceId);
    },
  );
  app.put(
    '/devices/:deviceId/config',
    {
      schema: {
        operationId: 'setDeviceConfig',
        summary: 'Changes what is wanted of a camera; settings that are left out are its own again',
        tags: ['device'],
        params: DeviceParams,
        body: DeviceConfigChange,
        response: { 200: DeviceConfig, default: problemAnswer },
      },
    },
    async ({ params: { deviceId }, body }) => {
      (await FleetMap.load(registry)).requireDevice(deviceId);
      return configs.change(deviceId, body);
    },
  );
}
