import type { DeviceItem, SiteItem } from '@emotion-fleet/contracts/api';
import { useApp } from '../app-context.ts';
import { useFetched, type Fetched } from './use-fetched.ts';
import { useLive } from './use-live.ts';

const everyMs = 5_000;

/** All sites and cameras with their states, kept fresh. */
export function useDirectory(): {
  sites: Fetched<SiteItem[]>;
  devices: Fetched<DeviceItem[]>;
} {
  const { api } = useApp();
  const sites = useFetched({ key: () => 'sites', load: (signal) => api.sites(signal) });
  const devices = useFetched({ key: () => 'devices', load: (signal) => api.devices(signal) });
  useLive({ refresh: () => Promise.all([sites.refresh(), devices.refresh()]), everyMs });
  return { sites, devices };
}
