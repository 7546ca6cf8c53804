import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { agentNodeFlags } from '../../src/index.ts';

const agent = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFile(path.join(agent, file), 'utf8');

/** The Debian packages that are put on top of the base image. */
async function installedPackages(): Promise<string[]> {
  const template = (await read('Dockerfile.template')).replaceAll('\\\n', ' ');
  const lines = template.matchAll(/^RUN install_packages (.+)$/gm);
  return [...lines].flatMap(([, names = '']) => names.trim().split(/\s+/));
}

/** The agent's files whose text has `part`, below `src`. */
async function sourcesWith(part: RegExp): Promise<{ file: string; text: string }[]> {
  const names = await readdir(path.join(agent, 'src'), { recursive: true });
  const files = names.filter((name) => name.endsWith('.ts')).toSorted();
  const sources = files.map(async (file) => ({ file, text: await read(`src/${file}`) }));
  return (await Promise.all(sources)).filter(({ text }) => part.test(text));
}

/** Raspberry Pi's archive has the same program without windows under another name. */
const inImage: Readonly<Record<string, string>> = { 'rpicam-apps': 'rpicam-apps-lite' };
/** No image that Node 24 and ONNX Runtime run in can have raspistill: "What goes on a device" says so. */
const inNoImage = ['libraspberrypi-bin'];

test('has the program of every camera, or says that it is in no image', async () => {
  const installed = await installedPackages();
  const sources = await sourcesWith(/new ChildFrameSource\(/);
  assert.ok(sources.length >= 3);
  const readme = await read('README.md');
  for (const { file, text } of sources) {
    const [, name] = /debianPackage: \{ name: '([^']+)'/.exec(text) ?? [];
    assert.ok(name !== undefined, `${file} says where its program comes from`);
    if (inNoImage.includes(name)) assert.match(readme, /`raspistill` is not in the image/);
    else assert.ok(installed.includes(inImage[name] ?? name), `${name}, for ${file}`);
  }
});

test('starts no further program that nobody has thought of', async () => {
  const files = (await sourcesWith(/'(node:)?child_process'/)).map(({ file }) => file);
  assert.deepEqual(files, [
    // Camera programs, looked at above.
    'capture/picture-feed.ts',
    // sh, which every Debian has.
    'capture/ram-folder.ts',
    'capture/raspicam-feed.ts',
    'capture/raspicam-package.ts',
    // busybox; chronyc, where a machine has it.
    'clock/system-time.ts',
  ]);
  assert.ok((await installedPackages()).includes('busybox'));
});

test('is what "npm run image" makes, and not built where its native part would be missing', async () => {
  const template = await read('Dockerfile.template');
  const { scripts } = JSON.parse(await read('../package.json')) as { scripts: { image: string } };
  const [program = ''] = /edge-agent\/image\/\S+/.exec(scripts.image) ?? [];
  const command = `RUN node ${program} --out /image --platform linux-arm64 --complete`;
  assert.ok(template.includes(`${command}\n`));
  assert.match(template, /^COPY --from=build \/image \.\/$/m);
});

test("starts the agent with Node's flags for it", async () => {
  const [, command = '[]'] = /^CMD (.+)$/m.exec(await read('Dockerfile.template')) ?? [];
  assert.deepEqual(JSON.parse(command), ['node', ...agentNodeFlags, 'edge-agent/src/main.ts']);
});
