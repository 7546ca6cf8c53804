export * from './memory-device-registry.ts';
export * from './memory-observation-store.ts';
