/** A longer audit than that of `npm test`: `node main.ts [--points N] [--seed N] [--fault NAME]`. */
import { parseArgs } from 'node:util';
import { faults } from './faults.ts';
import { auditPowerCuts } from './power-cut-audit.ts';

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    fault: { type: 'string' },
  },
});
const fault = faults.find((name) => name === values.fault);
const [points, seed] = [Number(values.points), Number(values.seed)];
if (!(points > 0) || !Number.isInteger(seed) || (values.fault !== undefined && !fault)) {
  const usage = `--points is a count, --seed a whole number, --fault one of: ${faults.join(', ')}.`;
  process.stderr.write(`${usage}\n`);
  process.exit(2);
}
try {
  const report = await auditPowerCuts({
    points,
    seed,
    fault,
    onProgress: ({ points: done }) => process.stderr.write(`\r${done} of ${points} points`),
  });
  process.stderr.write('\n');
  process.stdout.write(`${JSON.stringify(report)}\n`);
} catch (error) {
  process.stderr.write(`\n${(error as Error).message}\n`);
  process.exitCode = 1;
}
