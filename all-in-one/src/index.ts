/** The parts of `npm start` that tests drive on their own. */
export { ProcessSupervisor, type ManagedProcess } from './process-supervisor.ts';
export { seedRegistry, type DemoSite } from './demo-fleet.ts';
export { DistributedServer } from './distributed-server.ts';
export { EmbeddedServer } from './embedded-server.ts';
export { FileTokenKeeper } from './file-token-keeper.ts';
export type { ServerPorts } from './fleet-server.ts';
