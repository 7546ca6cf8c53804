export * from './fleet.ts';
export * from './terminal.ts';
