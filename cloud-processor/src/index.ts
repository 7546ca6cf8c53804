export { type Clock } from './clock.ts';
export { compareRollups, type RollupDifference } from './compare-rollups.ts';
export { Processor, type ProcessorOptions } from './processor.ts';
export { recomputeRollups, type RecomputedRollups } from './recompute.ts';
export { defaultCacheLimits, RecordHandler, type CacheLimits } from './record-handler.ts';
export { SiteDirectory } from './scopes/site-directory.ts';
export { SiteHistory } from './scopes/site-history.ts';
