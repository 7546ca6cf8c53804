export * from './config.ts';
export * from './errors.ts';
export * from './health.ts';
export * from './hop-counter.ts';
export * from './logger.ts';
export * from './operator-server.ts';
export * from './profile.ts';
export * from './run-service.ts';
