import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { text, withServer } from './model-server.ts';

describe('npm run models', () => {
  const program = path.join(import.meta.dirname, '../../models/main.ts');
  async function models(
    parameters: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number; output: string }> {
    const env = { ...process.env, ...environment };
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [program, ...parameters], {
        env,
      });
      return { code: 0, output: stdout };
    } catch (error) {
      const { code, stderr } = error as { code: number; stderr: string };
      return { code, output: stderr };
    }
  }

  it('explains itself, and says in one sentence what went wrong', async () => {
    assert.match((await models(['fetch', '--help'])).output, /choices: "yunet", "mobilefacenet"/);
    assert.equal((await models(['fetch', 'haar'])).code, 2);
    await withServer([text('another file')], async ({ url, directory }) => {
      const { code, output } = await models(['fetch', 'yunet', '--dir', directory, '--url', url]);
      assert.equal(code, 1);
      assert.match(output, /gives another file than face_detection_yunet_2023mar\.onnx: .*\.\n$/);
    });
  });

  it('goes through the proxy of the environment', async () => {
    await withServer([text('version https://git-lfs')], async ({ port, directory, ranges }) => {
      const proxy = `http://127.0.0.1:${port}`;
      const url = 'http://models.invalid/yunet.onnx';
      const { output } = await models(['fetch', 'yunet', '--dir', directory, '--url', url], {
        NODE_USE_ENV_PROXY: '1',
        HTTP_PROXY: proxy,
        http_proxy: proxy,
        NO_PROXY: '',
        no_proxy: '',
      });
      assert.match(output, /Git LFS pointer/);
      assert.ok(ranges.length > 0);
    });
  });
});
