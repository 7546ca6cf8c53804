import { watchEffect } from 'vue';

const product = 'Emotion fleet';

/** `Camera 1 · Emotion fleet` in the browser's tab. */
export function usePageTitle(title: () => string): void {
  watchEffect(() => {
    document.title = `${title()} · ${product}`;
  });
}
