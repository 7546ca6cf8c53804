export { Argument, Command, Option } from 'commander';
export * from './option-values.ts';
export * from './parse-command-line.ts';
export * from './run-command.ts';
export * from './write-report.ts';
