#!/usr/bin/env node
// Plain JavaScript, so that an older Node says what it lacks instead of stumbling over the first type.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `fleet needs Node 24 or newer, and this is Node ${process.versions.node}; on x64 Linux "npm install" brings one along.\n`,
  );
  process.exitCode = 1;
} else {
  await import('../src/main.ts');
}
