import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { contractFaults, type ApplicationContract } from '../../src/balena/application-contract.ts';
import { repositoryFile } from './repository.ts';

async function readContract(): Promise<ApplicationContract> {
  return parse(await readFile(repositoryFile('balena.yml'), 'utf8')) as ApplicationContract;
}

test('balena.yml has no fault', async () => {
  assert.deepEqual(contractFaults(await readContract()), []);
});

test('its version is the version of the repository', async () => {
  const manifest = JSON.parse(await readFile(repositoryFile('package.json'), 'utf8')) as {
    version: string;
  };
  assert.equal((await readContract()).version, manifest.version);
});

test('each mistake is found, and told by its place', async () => {
  const contract = await readContract();
  const withData = (data: object): object => ({ ...contract, data: { ...contract.data, ...data } });
  const { name, ...nameless } = contract;
  const wrong: readonly (readonly [RegExp, unknown])[] = [
    [/^\//, {}],
    [/^\/: must have required properties name/, nameless],
    [/^\/type/, { ...contract, type: 'sw.service' }],
    [/^\/name/, { ...contract, name: `${name}!` }],
    [/^\/version/, { ...contract, version: '1.0' }],
    [/^\/: must not have additional properties/, { ...contract, extra: 1 }],
    [
      /^\/assets\/logo\/data\/url/,
      {
        ...contract,
        assets: { ...contract.assets, logo: { type: 'blob.asset', data: { url: 'logo.png' } } },
      },
    ],
    [/applicationConfigVariables/, withData({ applicationConfigVariables: [{ gpu_mem: '64' }] })],
    [/applicationConfigVariables/, withData({ applicationConfigVariables: { BALENA_A: '1' } })],
    [
      /applicationEnvironmentVariables/,
      withData({ applicationEnvironmentVariables: [{ A: '1', B: '2' }] }),
    ],
    [/applicationEnvironmentVariables/, withData({ applicationEnvironmentVariables: [{ A: 1 }] })],
    [
      /looks like a secret/,
      withData({ applicationEnvironmentVariables: [{ EMOTION_TOKEN: 'x' }] }),
    ],
    [/supportedDeviceTypes/, withData({ supportedDeviceTypes: [] })],
    [/not among supportedDeviceTypes/, withData({ defaultDeviceType: 'raspberrypi3' })],
  ];
  for (const [expected, value] of wrong) {
    const faults = contractFaults(value);
    assert.ok(
      faults.some((fault) => expected.test(fault)),
      `${String(expected)}: ${faults.join('; ')}`,
    );
  }
});
