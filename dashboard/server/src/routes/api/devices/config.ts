import { DeviceConfig, DeviceConfigChange } from '@emotion-fleet/contracts/api';
import { ApiError } from '../../../api-error.ts';
import type { ApiApp, ApiContext } from '../../../api-app.ts';
import { isRevoked } from '../../../queries/fleet-map.ts';
import { DeviceParams } from '../params.ts';
import { problemAnswer } from '../problem-answer.ts';

/** What is wanted of a camera, and what it runs with. */
export function registerDeviceConfigRoutes(app: ApiApp, context: ApiContext): void {
  const { tools, fleets, configs } = context;
  app.get(
    '/devices/:deviceId/config',
    {
      schema: {
        operationId: 'getDeviceConfig',
        summary: 'The configuration that is wanted of a camera, and what it runs with',
        tags: ['device'],
        params: DeviceParams,
        response: { 200: DeviceConfig, default: problemAnswer },
      },
    },
    async ({ params: { deviceId } }) => {
      (await fleets.load()).requireDevice(deviceId);
      return configs.get(deviceId);
    },
  );
  app.put(
    '/devices/:deviceId/config',
    {
      schema: {
        operationId: 'putDeviceConfig',
        summary: 'Wants other settings of a camera; what is absent is as the camera itself is set',
        tags: ['device'],
        params: DeviceParams,
        body: DeviceConfigChange,
        response: { 200: DeviceConfig, default: problemAnswer },
      },
    },
    async ({ params: { deviceId }, body }) => {
      const device = (await fleets.load()).requireDevice(deviceId);
      if (isRevoked(device, tools.clock.now())) {
        throw new ApiError(
          'no_such_device',
          'This camera is revoked: nothing reaches it any more.',
        );
      }
      return configs.change({ deviceId, ...body });
    },
  );
}
