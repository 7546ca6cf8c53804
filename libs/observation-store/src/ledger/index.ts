export * from './bitmap.ts';
export * from './summarize-ledger.ts';
