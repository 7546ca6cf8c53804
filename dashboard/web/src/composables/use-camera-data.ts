import type { Coverage, DeviceHealth, Heatmap, Positions } from '@emotion-fleet/contracts/api';
import { useApp } from '../app-context.ts';
import { useFetched, type Fetched } from './use-fetched.ts';
import { useLive } from './use-live.ts';
import { useRanged } from './use-scope-data.ts';

const coverageEveryMs = 10_000;
const positionsEveryMs = 15_000;
const healthEveryMs = 15_000;

/** What only a camera's page shows. */
export function useCameraData(deviceId: string): {
  coverage: Fetched<Coverage>;
  positions: Fetched<Positions>;
  heatmap: Fetched<Heatmap>;
  health: Fetched<DeviceHealth>;
} {
  const { api } = useApp();
  const concerns = (changedId: string) => changedId === deviceId;
  const health = useFetched({
    key: () => 'health',
    load: (signal) => api.deviceHealth(deviceId, signal),
  });
  useLive({ refresh: health.refresh, concerns, everyMs: healthEveryMs });
  return {
    health,
    coverage: useRanged({
      name: 'coverage',
      load: (call) => api.coverage({ kind: 'device', deviceId }, call),
      concerns,
      everyMs: coverageEveryMs,
    }),
    positions: useRanged({
      name: 'positions',
      load: (call) => api.positions(deviceId, call),
      concerns,
      everyMs: positionsEveryMs,
    }),
    heatmap: useRanged({
      name: 'heatmap',
      load: (call) => api.heatmap(deviceId, call),
      concerns,
      everyMs: positionsEveryMs,
    }),
  };
}
