/** The parts of `npm start` that tests drive on their own. */
export { AgentSupervisor, type AgentProcess } from './agent-supervisor.ts';
export { seedRegistry, type DemoSite } from './demo-fleet.ts';
export { EmbeddedServer } from './embedded-server.ts';
export { FileTokenKeeper } from './file-token-keeper.ts';
