import { useMediaQuery } from '@vueuse/core';
import type { Ref } from 'vue';

/** Below this width tables drop columns and controls fold; the style sheet uses the same number. */
export function usePhone(): Ref<boolean> {
  return useMediaQuery('(max-width: 699px)');
}
