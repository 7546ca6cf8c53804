import type {
  DeviceList,
  DeviceListQuery,
  DeviceState,
  SiteList,
  SiteListQuery,
} from '@emotion-fleet/contracts/api';
import { useApp } from '../app-context.ts';
import { useLive } from './use-live.ts';
import { listQueryOf, usePaged, type Asked, type Paged } from './use-paged.ts';

const everyMs = 5_000;

export interface AskedDevices extends Asked<NonNullable<DeviceListQuery['sort']>> {
  /** Only cameras in this state. */
  readonly state: DeviceState | undefined;
}
export type PagedDevices = Paged<DeviceList, AskedDevices>;

export interface DevicesOptions {
  /** Only this site's. */
  readonly siteId?: string;
  readonly concerns?: (deviceId: string) => boolean;
}

/** A page of cameras, those that need attention first, kept fresh. */
export function useDevices({ siteId, concerns }: DevicesOptions = {}): PagedDevices {
  const { api } = useApp();
  const devices = usePaged<DeviceList, AskedDevices>({
    initial: { q: '', sort: 'state', descending: false, page: 1, state: undefined },
    load: (asked, signal) => {
      const only = {
        ...(siteId !== undefined && { siteId }),
        ...(asked.state !== undefined && { state: asked.state }),
      };
      return api.devices({ ...listQueryOf(asked), ...only }, signal);
    },
  });
  useLive({ refresh: devices.answer.refresh, everyMs, ...(concerns && { concerns }) });
  return devices;
}

type AskedSites = Asked<NonNullable<SiteListQuery['sort']>>;
export type PagedSites = Paged<SiteList, AskedSites>;

/** A page of sites, kept fresh. */
export function useSites(): PagedSites {
  const { api } = useApp();
  const sites = usePaged<SiteList, AskedSites>({
    initial: { q: '', sort: 'siteId', descending: false, page: 1 },
    load: (asked, signal) => api.sites(listQueryOf(asked), signal),
  });
  useLive({ refresh: sites.answer.refresh, everyMs });
  return sites;
}
