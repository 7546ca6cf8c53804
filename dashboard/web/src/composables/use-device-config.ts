import { useDocumentVisibility, useIntervalFn } from '@vueuse/core';
import type { DeviceConfig } from '@emotion-fleet/contracts/api';
import { computed, watch } from 'vue';
import { useApp } from '../app-context.ts';
import { useFetched, type Fetched } from './use-fetched.ts';

/** While the camera's answer is awaited, and otherwise: somebody else may change it, too. */
const everyMs = { awaited: 2_000, settled: 30_000 };

/** What is wanted of a camera and what became of it, asked again while the page is seen. */
export function useDeviceConfig(deviceId: string): Fetched<DeviceConfig> {
  const { api } = useApp();
  const visibility = useDocumentVisibility();
  const config = useFetched({
    key: () => 'config',
    load: (signal) => api.deviceConfig(deviceId, signal),
  });
  const isAwaited = computed(() => ['pending', 'trying'].includes(config.data.value?.state ?? ''));
  const refreshIfSeen = () => {
    if (visibility.value === 'visible') void config.refresh();
  };
  useIntervalFn(
    refreshIfSeen,
    computed(() => (isAwaited.value ? everyMs.awaited : everyMs.settled)),
  );
  watch(visibility, refreshIfSeen);
  return config;
}
