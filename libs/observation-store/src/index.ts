export * from './device-registry.ts';
export * from './observation-store.ts';
export * from './record-time.ts';
export * from './retention.ts';
export * from './rows.ts';
export * from './windows/time.ts';
export * from './windows/window-values.ts';
