import open from 'open';
import { describeError, OperatorError, stopOnSignal } from '@emotion-fleet/service';
import { readEnvironment } from './config.ts';
import { Launcher } from './launcher.ts';
import { parseOptions } from './options.ts';

try {
  const write = (text: string) => process.stdout.write(text);
  const options = parseOptions(process.argv.slice(2), { workingDirectory: process.cwd(), write });
  if (options !== undefined) await launch(options);
} catch (error) {
  process.stderr.write(`\n${describeError(error)}\n`);
  process.exit(error instanceof OperatorError && error.code === 'usage' ? 2 : 1);
}

async function launch(options: NonNullable<ReturnType<typeof parseOptions>>): Promise<void> {
  const environment = readEnvironment(process.env);
  const interactive = process.stdout.isTTY && !environment.isAutomated;
  const launcher = new Launcher({ options, environment, interactive });
  const { address } = await launcher.start();
  stopOnSignal({
    logger: launcher.logger,
    stop: async () => {
      console.log('\nStopping: cameras first, then everything behind them ...');
      await launcher.stop();
      console.log('Stopped; the data is kept.');
    },
  });
  console.log(`\nDashboard: ${address}   (Ctrl-C stops everything, data stays)`);
  if (options.openBrowser && interactive) await open(address).catch(() => undefined);
}
