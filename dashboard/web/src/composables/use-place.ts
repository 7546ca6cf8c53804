import type { DeviceItem, SiteItem } from '@emotion-fleet/contracts/api';
import { useApp } from '../app-context.ts';
import { useFetched, type Fetched } from './use-fetched.ts';
import { useLive } from './use-live.ts';

const everyMs = 5_000;

/** One camera as the lists show it, kept fresh. */
export function useDevice(deviceId: string): Fetched<DeviceItem> {
  const { api } = useApp();
  const device = useFetched({
    key: () => 'device',
    load: (signal) => api.device(deviceId, signal),
  });
  useLive({ refresh: device.refresh, concerns: (changedId) => changedId === deviceId, everyMs });
  return device;
}

/** What a site is, which only people change. Nothing while it isn't known which. */
export function useSite(siteId: () => string | undefined): Fetched<SiteItem | undefined> {
  const { api } = useApp();
  const site = useFetched({
    key: () => siteId() ?? '',
    load: async (signal) => {
      const wanted = siteId();
      return wanted === undefined ? undefined : api.site(wanted, signal);
    },
  });
  useLive({ refresh: site.refresh, concerns: () => false, everyMs });
  return site;
}
