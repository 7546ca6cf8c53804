import type { LiveFaces } from '@emotion-fleet/contracts/api';
import { useIntervalFn } from '@vueuse/core';
import { computed, onScopeDispose, shallowRef } from 'vue';
import { useApp } from '../app-context.ts';
import { addLook, dropOld, faceOpacity, type SeenFace } from './seen-faces.ts';

const redrawEveryMs = 200;

/** The faces that one camera sees now; each fades after its last look. */
export function useLiveFaces(deviceId: string) {
  const { live } = useApp();
  const seen = shallowRef<ReadonlyMap<string, SeenFace>>(new Map());
  const frame = shallowRef<LiveFaces['frame']>();
  const nowMs = shallowRef(Date.now());
  const stop = live.on('faces', (look) => {
    if (look.deviceId !== deviceId) return;
    frame.value = look.frame;
    seen.value = addLook(seen.value, look, Date.now());
  });
  useIntervalFn(() => {
    nowMs.value = Date.now();
    seen.value = dropOld(seen.value, nowMs.value);
  }, redrawEveryMs);
  onScopeDispose(stop);
  return {
    frame,
    faces: computed(() =>
      [...seen.value.values()].map((face) => ({
        ...face,
        opacity: faceOpacity(face, nowMs.value),
      })),
    ),
  };
}
