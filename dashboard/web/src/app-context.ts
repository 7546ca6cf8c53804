import type { Info } from '@emotion-fleet/contracts/api';
import { inject, provide, type InjectionKey, type Ref } from 'vue';
import type { ApiClient } from './api/client.ts';
import type { LiveStream } from './api/live.ts';
import type { Palette } from './theme/palette.ts';

/** What every page shares. */
export interface AppContext {
  readonly api: ApiClient;
  readonly live: LiveStream;
  readonly palette: Readonly<Ref<Palette>>;
  /** Undefined until the server has answered once. */
  readonly info: Readonly<Ref<Info | undefined>>;
}

const key: InjectionKey<AppContext> = Symbol('app context');

export function provideApp(context: AppContext): void {
  provide(key, context);
}

export function useApp(): AppContext {
  const context = inject(key);
  if (context === undefined) throw new Error('useApp is called outside of the app');
  return context;
}
