/** What whoever starts edge agents needs; the agent itself is a process of its own. */
import path from 'node:path';

export { ensureModels, ModelError } from '../models/index.ts';
export type { InstalledModels, ModelProgress } from '../models/index.ts';
export { parseCameraUrl, type CameraSettings } from './capture/camera-url.ts';
export { virtualView, type VirtualViewOptions } from './capture/virtual-view.ts';
export { agentEnvironment, type AgentSettings } from './config.ts';

/** The program of the agent: run it with Node 24 and the variables of `agentEnvironment`. */
export const agentEntryFile = path.join(import.meta.dirname, 'main.ts');
