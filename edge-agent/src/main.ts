/** The edge agent: configuration -> logger -> parts -> start -> drain on a signal. */
import { setPriority } from 'node:os';
import { CodedError, createLogger, describeError, stopOnSignal } from '@emotion-fleet/service';
import { composeAgent } from './compose.ts';
import { readAgentConfig } from './config.ts';
import { shrinkBufferPool } from './small-buffer-pool.ts';

try {
  const config = readAgentConfig(process.env);
  shrinkBufferPool();
  // Before any thread of the inference exists, since those inherit it.
  if (config.niceness > 0) setPriority(config.niceness);
  const logger = createLogger({ service: `edge-agent ${config.deviceId}`, level: config.logLevel });
  const agent = composeAgent(config, logger);
  const started = agent.start();
  // Before the start is over, so that a parent that is gone by then isn't missed.
  stopOnSignal({ logger, stop: () => agent.stop() });
  await started;
} catch (error) {
  const isExpected = error instanceof CodedError;
  process.stderr.write(`${isExpected ? error.message : describeError(error)}\n`);
  process.exit(1);
}
