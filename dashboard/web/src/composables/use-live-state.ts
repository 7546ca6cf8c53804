import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import type { LiveState } from '../api/live.ts';
import { useApp } from '../app-context.ts';

/** Whether the live stream runs now. */
export function useLiveState(): Readonly<ShallowRef<LiveState>> {
  const { live } = useApp();
  const state = shallowRef<LiveState>(live.state);
  onScopeDispose(live.onState((next) => (state.value = next)));
  return state;
}
