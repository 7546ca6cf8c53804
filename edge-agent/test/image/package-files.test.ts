import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { packageFiles } from '../../image/package-files.ts';
import { parsePlatform } from '../../image/platform.ts';

/** The first bytes of an ELF file of 64 bits for one machine, as in elf.h. */
function elf(machine: 'x64' | 'arm64'): Uint8Array {
  const header = new Uint8Array(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header[18] = machine === 'x64' ? 62 : 183;
  return header;
}

describe('packageFiles', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'package-files-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function wantedOf(
    files: Readonly<Record<string, string | Uint8Array>>,
    { isWorkspace = false, platform = 'linux-arm64' } = {},
  ): Promise<string[]> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    }
    const options = { folder, name: 'some', isWorkspace, platform: parsePlatform(platform) };
    return (await packageFiles(options)).map((file) => file.path);
  }

  it("leaves out another platform's binaries by their content, whatever they are called", async () => {
    const files = {
      'bin/linux/arm64/lib.so.1': elf('arm64'),
      'bin/linux/x64/lib.so.1': elf('x64'),
      // As node-gyp leaves it on the machine that it ran on.
      'build/Release/native.node': elf('x64'),
      'darwin/lib.dylib': Uint8Array.of(0xcf, 0xfa, 0xed, 0xfe),
      'index.js': '',
      tool: elf('x64'),
      'win32/lib.dll': 'MZ',
      'win32/native.node': 'MZ',
    };
    assert.deepEqual(await wantedOf(files), ['bin/linux/arm64/lib.so.1', 'index.js']);
    assert.deepEqual(await wantedOf(files, { platform: 'linux-x64' }), [
      'bin/linux/x64/lib.so.1',
      'build/Release/native.node',
      'index.js',
      'tool',
    ]);
  });

  it('takes of a workspace what runs on a device', async () => {
    const workshop = ['evaluate/main.ts', 'image/main.ts', 'soak/main.ts', 'test/some.test.ts'];
    const kept = [
      'models/card.json',
      'models/index.ts',
      'src/main.ts',
      'src/test.ts',
      'testing.ts',
    ];
    const names = [...workshop, 'Dockerfile.template', 'models/main.ts', ...kept];
    const files = Object.fromEntries(names.map((name) => [name, '']));
    const wanted = await wantedOf(files, { isWorkspace: true });
    assert.deepEqual(wanted, kept);
  });
});
