// Exit code 0 while `/health` of the service at the port answers 200. Started each 10 s: no dependencies.
import process from 'node:process';

const answer = await fetch(`http://127.0.0.1:${process.argv[2]}/health`, {
  signal: AbortSignal.timeout(4_000),
}).catch(() => undefined);
process.exitCode = answer?.ok ? 0 : 1;
