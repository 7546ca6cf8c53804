import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SqliteDeviceRegistry } from '@emotion-fleet/observation-store';
import { runFleet, type Prompts } from '@emotion-fleet/provisioning';

const bin = fileURLToPath(new URL('../bin/fleet.mjs', import.meta.url));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs the command as a person would, without a terminal. */
async function fleet(...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { code, out, error };
}

/** The same within this process, several times as fast: for the many ways to be wrong. */
async function fleetInProcess(...args: string[]): Promise<Outcome> {
  let out = '';
  let error = '';
  const code = await runFleet(args, {
    writeOut: (written) => (out += written),
    writeError: (written) => (error += written),
    now: Date.now,
  });
  return { code, out, error };
}

/** One sentence on stderr, nothing on stdout. */
function assertMistake(outcome: Outcome, code: number, sentence: RegExp): void {
  assert.equal(outcome.out, '');
  assert.match(outcome.error, sentence);
  assert.equal(outcome.error.trim().split('\n').length, 1);
  assert.equal(outcome.code, code);
}

describe('fleet', () => {
  let folder: string;
  let data: string;
  const site = ['--purpose', 'retail', '--time-zone', 'Europe/Berlin'];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fleet-'));
    data = join(folder, 'data');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('--help lists the commands', async () => {
    const { code, out, error } = await fleet('--help');
    assert.equal(code, 0);
    assert.equal(error, '');
    for (const command of ['init', 'site', 'device'])
      assert.match(out, new RegExp(`^  ${command} `, 'm'));
  });

  test('says what to do where there is no registry yet', async () => {
    assertMistake(await fleet('device', 'list', '--data', data), 1, /run "npx fleet init --data/);
  });

  test('init makes the registry once and leaves it alone afterwards', async () => {
    const first = await fleet('init', '--data', data, '--json');
    assert.deepEqual(JSON.parse(first.out), { path: join(data, 'registry.sqlite'), created: true });
    const second = await fleet('init', '--data', data);
    assert.equal(second.code, 0);
    assert.match(second.out, /nothing was changed/);
  });

  test('a device needs a site', async () => {
    assertMistake(await fleet('device', 'add', 'cam', '--data', data), 1, /There is no site yet/);
  });

  test('adds a site and lists it with its hours', async () => {
    const hours = ['--hours', 'mon-fri 09:00-18:00; sat 10:00-16:00'];
    const added = await fleet(
      'site',
      'add',
      'shop',
      '--name',
      'The shop',
      ...site,
      ...hours,
      '--data',
      data,
    );
    assert.equal(added.error, '');
    assert.equal(added.code, 0);
    const { out } = await fleet('--data', data, 'site', 'list');
    assert.match(
      out,
      /│ shop +│ The shop │ retail +│ Europe\/Berlin │ mon-fri 09:00-18:00; sat 10:00-16:00 │/,
    );
  });

  test('a device gets a token that proves it until it is revoked', async () => {
    const added = await fleet(
      ...['device', 'add', 'door', '--site', 'shop', '--json', '--data', data],
      ...['--mqtt-url', 'mqtts://gateway.example.com:8883', '--schedule', 'daily 08:00-20:00'],
    );
    assert.equal(added.code, 0);
    const { token, environment } = JSON.parse(added.out) as {
      token: string;
      environment: Record<string, string>;
    };
    assert.deepEqual(environment, {
      EMOTION_DEVICE_ID: 'door',
      EMOTION_TOKEN: token,
      EMOTION_MQTT_URL: 'mqtts://gateway.example.com:8883',
    });
    const registry = new SqliteDeviceRegistry({ path: join(data, 'registry.sqlite') });
    await registry.start();
    assert.equal(await registry.verifyToken('door', token), true);
    assert.equal((await fleet('device', 'revoke', 'door', '--data', data)).code, 0);
    assert.equal(await registry.verifyToken('door', token), false);
    await registry.stop();
  });

  test('prints the lines for the agent, and lists devices with their site and state', async () => {
    const added = await fleet('device', 'add', 'till', '--site', 'shop', '--data', data);
    assert.match(
      added.out,
      /^EMOTION_DEVICE_ID=till\nEMOTION_TOKEN=[\w-]{43}\n# and EMOTION_MQTT_URL/m,
    );
    const { out } = await fleet('device', 'list', '--data', data);
    assert.match(out, /│ door +│ door +│ shop │ revoked │/);
    assert.match(out, /│ till +│ till +│ shop │ active +│/);
    assert.doesNotMatch(out, /EMOTION_TOKEN/);
  });

  test('every mistake is one sentence with exit code 1', async () => {
    const inData = ['--data', data];
    assertMistake(
      await fleetInProcess('site', 'add', 'shop', ...site, ...inData),
      1,
      /"shop" exists already\.$/m,
    );
    assertMistake(
      await fleetInProcess(
        'site',
        'add',
        'office',
        '--purpose',
        'workplace',
        '--time-zone',
        'UTC',
        ...inData,
      ),
      1,
      /refused: .* at work .*Art\. 5\(1\)\(f\)/,
    );
    assertMistake(
      await fleetInProcess('device', 'add', 'till', '--site', 'shop', ...inData),
      1,
      /exists already/,
    );
    assertMistake(
      await fleetInProcess('device', 'add', 'x', '--site', 'no', ...inData),
      1,
      /no site "no"/,
    );
    assertMistake(
      await fleetInProcess('device', 'revoke', 'ghost', ...inData),
      1,
      /no device "ghost"/,
    );
    assertMistake(
      await fleetInProcess('init', '--data', join(bin, 'below')),
      1,
      /can't be created or written/,
    );
  });

  test('wrong usage is one sentence with exit code 2', async () => {
    const inData = ['--data', data];
    assertMistake(await fleet('bogus'), 2, /unknown command 'bogus'/);
    assertMistake(
      await fleetInProcess('site', 'add', 'a', '--bogus'),
      2,
      /unknown option '--bogus'/,
    );
    assertMistake(await fleetInProcess('site', 'add'), 2, /missing required argument 'site'/);
    assertMistake(await fleetInProcess('site', 'add', 'a', ...inData), 2, /--purpose is missing/);
    assertMistake(await fleetInProcess('device', 'add', 'a', ...inData), 2, /--site is missing/);
    assertMistake(
      await fleetInProcess('site', 'add', 'Not An Id', ...site, ...inData),
      2,
      /can't be a site id/,
    );
    assertMistake(
      await fleetInProcess(
        'site',
        'add',
        'a',
        '--purpose',
        'demo',
        '--time-zone',
        'Mars/Base',
        ...inData,
      ),
      2,
      /"Mars\/Base" is not a time zone/,
    );
    assertMistake(
      await fleetInProcess(
        'device',
        'add',
        'a',
        '--site',
        'shop',
        '--mqtt-url',
        'http://x',
        ...inData,
      ),
      2,
      /not an MQTT address/,
    );
  });
});

test('asks a person for what is missing, and only then', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fleet-'));
  const asked: string[] = [];
  const prompts: Prompts = {
    text: async ({ message }) => {
      asked.push(message);
      return 'Asia/Tokyo';
    },
    select: async ({ message, options }) => {
      asked.push(message);
      return options[0]!.value;
    },
  };
  let out = '';
  const run = (...args: string[]): Promise<number> =>
    runFleet([...args, '--data', folder], {
      writeOut: (written) => (out += written),
      writeError: (written) => assert.fail(written),
      now: () => Date.UTC(2026, 2, 1),
      prompts,
    });
  try {
    await run('init');
    assert.equal(await run('site', 'add', 'shop'), 0);
    assert.equal(asked.length, 2);
    assert.equal(await run('device', 'add', 'door'), 0);
    assert.equal(asked.length, 3);
    assert.equal(await run('site', 'add', 'bar', '--purpose', 'event', '--time-zone', 'UTC'), 0);
    assert.equal(asked.length, 3);
    out = '';
    await run('site', 'list');
    assert.match(out, /shop │ shop │ retail +│ Asia\/Tokyo │ always/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
