import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { fetchableModel } from '../../models/fetchable-models.ts';
import { HttpsBench } from './https-bench.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const root = path.join(import.meta.dirname, '../../..');
const yunet = fetchableModel('yunet');
/** As long as the published file, which is in no package: loaded to its end, and refused for its content alone. */
const sameLength = Buffer.alloc(yunet.bytes, 7);

type Environment = Readonly<Record<string, string>>;

interface Site {
  readonly bench: HttpsBench;
  readonly directory: string;
  /** `npm run models -- fetch yunet`, as package.json has it. */
  fetchYunet(options: { url: string; env: Environment }): Promise<{ code: number; stderr: string }>;
}

async function atSite(use: (site: Site) => Promise<void>): Promise<void> {
  const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    scripts: { models: string };
  };
  await withTemporaryFolder(async (directory) => {
    const bench = new HttpsBench({ folder: directory });
    bench.files.set('/yunet.onnx', sameLength);
    await bench.start();
    const fetchYunet: Site['fetchYunet'] = async ({ url, env }) => {
      const line = `${scripts.models} "$@"`;
      const parameters = ['fetch', 'yunet', '--dir', directory, '--url', url];
      const PATH = `${path.dirname(process.execPath)}:${process.env.PATH}`;
      const options = { cwd: root, env: { ...process.env, ...env, PATH } };
      try {
        await promisify(execFile)('sh', ['-c', line, 'models', ...parameters], options);
        return { code: 0, stderr: '' };
      } catch (error) {
        return error as { code: number; stderr: string };
      }
    };
    try {
      await use({ bench, directory, fetchYunet });
    } finally {
      await bench.stop();
    }
  });
}

describe('npm run models -- fetch through an HTTPS proxy', () => {
  it('loads through the tunnel, and goes on through it where a load broke off', async () => {
    await atSite(async ({ bench, directory, fetchYunet }) => {
      const [url, env] = [bench.url('/yunet.onnx'), bench.environment({ user: 'till:secret' })];
      bench.breakAfterBytes = 100_000;
      const broken = await fetchYunet({ url, env });
      assert.equal(broken.code, 1);
      assert.match(broken.stderr, /can't be loaded: .*\. Run the command again to go on/);
      const part = path.join(directory, `${yunet.file}.part`);
      const have = (await stat(part)).size;
      assert.ok(have > 0 && have <= 100_000, `${have} bytes`);

      const { stderr } = await fetchYunet({ url, env });
      assert.match(stderr, new RegExp(`gives another file than ${yunet.file}: 232589 bytes`));
      // Once more as a whole: the half from before could be that of another file.
      assert.deepEqual(bench.ranges, ['all', `bytes=${have}-`, 'all']);
      const { host } = new URL(url);
      assert.ok(bench.tunnels.length >= 2, 'at least one for each command');
      assert.deepEqual([...new Set(bench.tunnels)], [host]);
      const said = `Basic ${Buffer.from('till:secret').toString('base64')}`;
      assert.deepEqual([...new Set(bench.credentials)], [said]);
    });
  });

  it('goes past the proxy to the hosts of NO_PROXY alone', async () => {
    await atSite(async ({ bench, fetchYunet }) => {
      const url = bench.url('/yunet.onnx', 'localhost');
      for (const [noProxy, tunnels] of [
        ['localhost', 0],
        ['elsewhere.test', 1],
      ] as const) {
        const { stderr } = await fetchYunet({ url, env: bench.environment({ noProxy }) });
        assert.match(stderr, /gives another file/);
        assert.equal(bench.tunnels.length, tunnels);
      }
    });
  });

  it('says in one sentence what is wrong with the proxy, and not its password', async () => {
    await atSite(async ({ bench, fetchYunet }) => {
      const url = bench.url('/yunet.onnx');
      const sentence = async (): Promise<string> => {
        const env = bench.environment({ user: 'till:secret' });
        const { code, stderr } = await fetchYunet({ url, env });
        assert.equal(code, 1);
        assert.doesNotMatch(stderr, /secret|^ +at /m);
        const [said, advice, ...more] = stderr.trimEnd().split('. ');
        assert.match(`${advice}`, /^Run the command again to go on/);
        assert.deepEqual(more, []);
        return said!.replace(`${url} can't be loaded: `, '');
      };
      const said: Record<string, string> = {};
      for (const tunnelling of [407, 502, 'drop'] as const) {
        bench.tunnelling = tunnelling;
        said[tunnelling] = await sentence();
      }
      await bench.stopProxy();
      said.none = await sentence();
      assert.deepEqual(said, {
        407: 'the proxy wants another user and password (HTTPS_PROXY=http://user:password@host:port)',
        502: 'the proxy answered 502',
        drop: 'the proxy closed the connection',
        none: `nobody answers at 127.0.0.1:${bench.proxyPort}, where the proxy should be (ECONNREFUSED)`,
      });
    });
  });

  it('says that the certificate of a server is not trusted, and where to name who signed it', async () => {
    await atSite(async ({ bench, fetchYunet }) => {
      const env = { ...bench.environment(), NODE_EXTRA_CA_CERTS: '' };
      const { stderr } = await fetchYunet({ url: bench.url('/yunet.onnx'), env });
      assert.match(stderr, /certificate is not trusted here \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
      assert.match(stderr, /NODE_EXTRA_CA_CERTS/);
    });
  });
});

describe('fetchModel through an HTTPS proxy', () => {
  /** Prints the reason of a load that ends without a file, or that it still goes on after 3 s. */
  async function fetchInChild(options: { env: Environment; lines: readonly string[] }) {
    const file = pathToFileURL(path.join(root, 'edge-agent/models/fetch-model.ts')).href;
    const lines = [
      `import { fetchModel } from '${file}';`,
      'setTimeout(() => console.log("it goes on"), 3_000).unref();',
    ];
    const program = [...lines, ...options.lines].join('\n');
    const env = { ...process.env, ...options.env, NODE_USE_ENV_PROXY: '1' };
    const child = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      ...{ env, timeout: 20_000 },
    });
    return (await child).stdout.trim();
  }

  it('gives up a proxy that says nothing, and ends at once when it is told to', async () => {
    await atSite(async ({ bench, directory }) => {
      bench.tunnelling = 'silent';
      const [url, env] = [bench.url('/yunet.onnx'), bench.environment()];
      const model = { file: 'tiny.onnx', bytes: 1, sha256: '' };
      const options = JSON.stringify({ model, url, directory, silentMs: 500 });
      const say = '.catch(({ message }) => console.log(message))';
      const silent = await fetchInChild({ env, lines: [`await fetchModel(${options})${say}`] });
      assert.equal(silent, `${url} can't be loaded: the server says nothing.`);

      const lines = [
        'const abort = new AbortController();',
        `const load = fetchModel({ ...${options}, silentMs: 5_000, signal: abort.signal });`,
        'setTimeout(() => abort.abort(new Error("another one is wanted")), 100);',
        `await load${say};`,
        'process.exit();',
      ];
      assert.equal(await fetchInChild({ env, lines }), 'another one is wanted');
    });
  });
});
