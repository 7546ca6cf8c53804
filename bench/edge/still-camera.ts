/** Stands in for `rpicam-vid`: writes the pictures of a file to standard output, again and again, at the rate asked for. */
import { readFileSync } from 'node:fs';

const [file = '', ...parameters] = process.argv.slice(2);
const valueOf = (name: string) => Number(parameters[parameters.indexOf(`--${name}`) + 1]);
const frameBytes = (valueOf('width') * valueOf('height') * 3) / 2;
const film = readFileSync(file);
const intervalMs = 1_000 / valueOf('framerate');
const startedAt = performance.now();
let shown = 0;

process.stdout.on('error', () => process.exit(0));

function show(): void {
  const from = (shown * frameBytes) % film.length;
  // A reader that is late holds the camera up; the pipe keeps no more than a part of a picture.
  process.stdout.write(film.subarray(from, from + frameBytes), () => {
    shown += 1;
    setTimeout(show, Math.max(0, startedAt + shown * intervalMs - performance.now()));
  });
}

show();
