/**
 * Loaded into the soaked agent, beside `--expose-gc`: an agent that makes little garbage collects its old objects
 * once in an hour, and until then its memory climbs in a straight line like that of one that leaks.
 */
const intervalMs = 10_000;
setInterval(() => globalThis.gc?.(), intervalMs).unref();
