import { Command, CommanderError } from 'commander';
import { purposes } from '@emotion-fleet/contracts';
import { RegistryError, type StoreSettings } from '@emotion-fleet/observation-store';
import { describeError, OperatorError } from '@emotion-fleet/service';
import type { CommandContext } from './command-context.ts';
import { addDevice, listDevices, revokeDevice, type DeviceAddOptions } from './commands/device.ts';
import { init } from './commands/init.ts';
import { readFleetConfig } from './config.ts';
import { addSite, listSites, type SiteAddOptions } from './commands/site.ts';
import type { Terminal } from './terminal.ts';

/** Runs `fleet` with these arguments. @returns the exit code: 0, 1 for a mistake, 2 for wrong usage */
export async function runFleet(
  args: readonly string[],
  terminal: Terminal,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<number> {
  try {
    await createProgram(terminal, readFleetConfig(environment)).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has written its own sentence (or the help) already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    // A registry error's message is made to be shown, as an operator error's is.
    const text = error instanceof RegistryError ? error.message : describeError(error);
    terminal.writeError(`${text}\n`);
    return error instanceof OperatorError && error.code === 'usage' ? 2 : 1;
  }
}

function createProgram(terminal: Terminal, config: StoreSettings): Command {
  const program = new Command('fleet')
    .description('Sites and cameras of an emotion fleet, and what proves a camera.')
    .option('--data <dir>', 'data folder, the same as of "npm start"', './data/demo')
    .option('--json', 'print JSON, and ask nothing', false)
    .helpOption('--help', 'show this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: terminal.writeOut, writeErr: terminal.writeError });
  const context = (): CommandContext => {
    const { data, json } = program.opts<{ data: string; json: boolean }>();
    return { terminal, settings: { ...config, dataDirectory: data }, json };
  };

  program
    .command('init')
    .description('make the registry in the data folder')
    .action(() => init(context()));
  addSiteCommands(program, context);
  addDeviceCommands(program, context);
  return program;
}

function addSiteCommands(program: Command, context: () => CommandContext): void {
  const site = program.command('site').description('places where cameras stand').helpCommand(false);
  site
    .command('add <site>')
    .description('add a site; asks for what is missing')
    .option('--name <name>', 'name to show (default: the id)')
    .option('--time-zone <zone>', 'IANA name, for example Europe/Berlin')
    .option('--purpose <purpose>', purposes.join(', '))
    .option(
      '--hours <hours>',
      'opening hours, "mon-fri 09:00-18:00; sat 10:00-16:00" (default: always)',
    )
    .action((siteId: string, options: SiteAddOptions) => addSite(context(), siteId, options));
  site
    .command('list')
    .description('list all sites')
    .action(() => listSites(context()));
}

function addDeviceCommands(program: Command, context: () => CommandContext): void {
  const device = program.command('device').description('cameras').helpCommand(false);
  device
    .command('add <device>')
    .description('add a device and print its token, once')
    .option('--site <site>', 'where it stands')
    .option('--name <name>', 'name to show (default: the id)')
    .option('--schedule <hours>', 'when it is meant to run (default: whenever the site is open)')
    .option('--mqtt-url <url>', "the gateway's address, for the lines to copy")
    .action((deviceId: string, options: DeviceAddOptions) =>
      addDevice(context(), deviceId, options),
    );
  device
    .command('list')
    .description('list all devices')
    .action(() => listDevices(context()));
  device
    .command('revoke <device>')
    .description('refuse the device from now on')
    .action((deviceId: string) => revokeDevice(context(), deviceId));
}
