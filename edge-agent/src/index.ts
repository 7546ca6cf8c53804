/** What whoever starts edge agents needs; the agent itself is a process of its own. */
import path from 'node:path';

export { ensureModels, ModelError } from '../models/index.ts';
export type { InstalledModels, ModelProgress } from '../models/index.ts';
export { parseCameraUrl, type CameraSettings } from './capture/camera-url.ts';
export { virtualView, type VirtualViewOptions } from './capture/virtual-view.ts';
export { agentEnvironment, type AgentSettings } from './config.ts';

/**
 * Node's flags for the agent. After a burst V8 lets the young objects of a thread have 50 MB, and hardly gives them
 * back; the agent's garbage lives shortly, and two half spaces of 2 MB are enough for it.
 */
export const agentNodeFlags: readonly string[] = ['--max-semi-space-size=2'];

/** The program of the agent: run it with Node 24, `agentNodeFlags` and the variables of `agentEnvironment`. */
export const agentEntryFile = path.join(import.meta.dirname, 'main.ts');
