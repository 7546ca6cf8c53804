import { writeFile } from 'node:fs/promises';
import { Command, CommanderError } from 'commander';
import { ObservationStoreError } from '@emotion-fleet/observation-store';
import { describeError, OperatorError } from '@emotion-fleet/service';
import { readProcessorConfig } from '../config.ts';
import { erase, planErasure, type ErasePlan, type EraseTarget } from '../maintenance/erase.ts';
import { rebuild } from '../maintenance/rebuild.ts';
import { replay, type MaintenanceOptions } from '../maintenance/replay.ts';
import { withFleetParts, type FleetParts } from './fleet-parts.ts';
import type { Terminal } from './terminal.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface CommandOptions {
  readonly data?: string;
  readonly json?: string;
}
type Parts = FleetParts & Required<Pick<MaintenanceOptions, 'sealAfterMs' | 'signal'>>;

/** Where `npm start` keeps its data. */
const demoData = './data/demo';
const settingsHelp = `
Settings are those of the processor: EMOTION_PROFILE (embedded or distributed), EMOTION_KAFKA_BROKERS,
EMOTION_CASSANDRA_CONTACT_POINTS and so on. An embedded fleet has to be stopped meanwhile; a distributed one runs on,
and its processors wait until the command is done.`;

/** Runs a command. @returns the exit code: 0, 1 for a failure, 2 for wrong usage */
export async function runCommands(
  args: readonly string[],
  terminal: Terminal,
  environment: Environment,
): Promise<number> {
  try {
    await createProgram(terminal, environment).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has written its own sentence (or the help) already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.writeError(`${sentenceOf(error)}\n`);
    return error instanceof OperatorError && error.code === 'usage' ? 2 : 1;
  }
}

function createProgram(terminal: Terminal, environment: Environment): Command {
  const program = new Command('processor')
    .description('Mends and erases what the fleet has stored.')
    .helpOption('--help', 'show this help')
    .helpCommand(false)
    .addHelpText('after', settingsHelp)
    .exitOverride()
    .configureOutput({ writeOut: terminal.writeOut, writeErr: terminal.writeError });
  const withParts = async (options: CommandOptions, work: (parts: Parts) => Promise<object>) => {
    const data = options.data ?? environment['EMOTION_DATA_DIRECTORY'] ?? demoData;
    const config = readProcessorConfig({ ...environment, EMOTION_DATA_DIRECTORY: data });
    const { sealAfterMs } = config;
    const report = await withFleetParts(config, (parts) =>
      work({ ...parts, sealAfterMs, signal: terminal.signal }),
    );
    if (options.json !== undefined) {
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    }
    for (const [name, value] of Object.entries(report)) {
      terminal.writeOut(`${name}: ${String(value)}\n`);
    }
  };

  addCommand(program, 'replay', 'bring back from the log what the store has lost')
    .option('--since <time>', 'only what was received since, in ISO 8601 (default: all)')
    .action((options: CommandOptions & { since?: string }) => {
      const since = timeOf(options.since);
      return withParts(options, (parts) =>
        terminal.run('Replay the log', (progress) => replay({ ...parts, progress, since })),
      );
    });
  addCommand(program, 'rebuild', 'compute every window that is not sealed from raw rows').action(
    (options: CommandOptions) =>
      withParts(options, (parts) =>
        terminal.run('Rebuild the windows', (progress) => rebuild({ ...parts, progress })),
      ),
  );
  addCommand(program, 'erase', 'delete a device or a site for good')
    .argument('<kind>', 'device or site')
    .argument('<id>')
    .option('--yes', "don't ask", false)
    .action((kind: string, id: string, options: CommandOptions & { yes: boolean }) => {
      const target = targetOf(kind, id);
      return withParts(options, async (parts) => {
        const plan = await planErasure(parts, target);
        if (!options.yes) await ask(terminal, plan);
        await terminal.run(`Erase ${kind} ${id}`, (progress) =>
          erase({ ...parts, progress }, plan),
        );
        return reportOf(plan);
      });
    });
  return program;
}

function addCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--data <dir>', `data folder of an embedded fleet (default: ${demoData})`)
    .option('--json <file>', 'write the report there, too');
}

/** @throws OperatorError `cancelled`, `usage` */
async function ask(terminal: Terminal, plan: ErasePlan): Promise<void> {
  const { target, devices, revoked } = plan;
  if (terminal.confirm === undefined) {
    throw new OperatorError('usage', 'Nobody can be asked here; add --yes to erase.');
  }
  const count = new Set(devices.map(({ deviceId }) => deviceId)).size;
  const refused = revoked.length === 0 ? 'none' : revoked.join(', ');
  const sentence = `Erase ${target.kind} ${target.id} for good? It takes rows of ${count} device(s); refused from now on: ${refused}.`;
  if (await terminal.confirm(sentence)) return;
  throw new OperatorError('cancelled', 'Cancelled; nothing was changed.');
}

function reportOf({ target, devices, revoked }: ErasePlan) {
  const ids = [...new Set(devices.map(({ deviceId }) => deviceId))];
  return { erased: `${target.kind} ${target.id}`, devices: ids, revoked };
}

/** @throws OperatorError `usage` */
function targetOf(kind: string, id: string): EraseTarget {
  if (kind === 'device' || kind === 'site') return { kind, id };
  throw new OperatorError('usage', `"${kind}" can't be erased; write "device" or "site".`);
}

/** @throws OperatorError `usage` */
function timeOf(text: string | undefined): number {
  const time = text === undefined ? -Infinity : Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new OperatorError('usage', `"${text}" is not a time; write it like 2026-03-01T00:00Z.`);
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof ObservationStoreError)) return describeError(error);
  return `The store failed (${error.message}); see to it and run the command again.`;
}
