/** The parts of `npm start` that tests drive on their own. */
export { ProcessSupervisor, type ManagedProcess } from './process-supervisor.ts';
export { seedRegistry, type DemoSite } from './demo-fleet.ts';
export { EmbeddedServer } from './embedded-server.ts';
export { FileTokenKeeper } from './file-token-keeper.ts';
