export * from './device-registry.ts';
export * from './observation-store.ts';
export * from './rows.ts';
export * from './windows/window-values.ts';
