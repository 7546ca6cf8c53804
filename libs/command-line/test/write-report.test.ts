import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeReport } from '../src/index.ts';

test('writes a report as JSON into a folder that is made for it, and over an older one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'report-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'made', 'report.json');
  await writeReport(file, { longer: 'than the next' });
  await writeReport(file, { passed: true });
  assert.equal(await readFile(file, 'utf8'), '{\n  "passed": true\n}\n');
});
