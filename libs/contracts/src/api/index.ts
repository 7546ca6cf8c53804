export * from './device-config.ts';
export * from './device-states.ts';
export * from './lists.ts';
export * from './live.ts';
export * from './positions.ts';
export * from './problem.ts';
export * from './query.ts';
export * from './summary.ts';
