// Installs what the lockfile names, if it is not there already; a restart therefore works offline.
// Runs on the host's own Node (20 or newer), before Node 24 is there: plain JavaScript, no dependencies.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';

const productionOnly = process.argv.includes('--production');
const root = new URL('../', import.meta.url);
const bundledNode = process.platform === 'linux' && process.arch === 'x64';
const hostMajor = Number(process.versions.node.split('.')[0]);

if (!bundledNode && hostMajor < 24) {
  fail(
    `Emotion fleet needs Node 24 or newer on ${process.platform} ${process.arch}; this is ${process.version}.`,
  );
}
if (hostMajor < 20) fail(`Installing needs Node 20 or newer; this is ${process.version}.`);

if (!isInstalled()) {
  const what = productionOnly ? ['ci', '--omit=dev'] : ['ci'];
  console.log('Installing dependencies (once, about a minute) ...');
  const npm = process.env.npm_execpath;
  const result = npm
    ? spawnSync(process.execPath, [npm, ...what], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', what, { cwd: root, stdio: 'inherit' });
  if (result.status !== 0)
    fail('Dependencies could not be installed: see the message of npm above.');
}

/** npm writes `node_modules/.package-lock.json` at the end of a complete install: compare it to the lockfile. */
function isInstalled() {
  const wanted = readLock(new URL('package-lock.json', root));
  const present = readLock(new URL('node_modules/.package-lock.json', root));
  if (wanted === undefined) fail('package-lock.json is missing: get the complete source again.');
  if (present === undefined) return false;
  return Object.entries(wanted).every(
    ([path, { version, integrity, link, dev, optional, devOptional, peer }]) => {
      if (!path.startsWith('node_modules/') || optional || devOptional || peer) return true;
      if (productionOnly && dev) return true;
      const there = present[path];
      return (
        there !== undefined &&
        (link === true || (there.version === version && there.integrity === integrity))
      );
    },
  );
}

function readLock(url) {
  try {
    return JSON.parse(readFileSync(url, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
