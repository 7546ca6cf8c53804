export {
  DashboardServer,
  type DashboardInfo,
  type DashboardServerOptions,
} from './dashboard-server.ts';
export { leastGroupSize } from './privacy/group-size.ts';
export { systemClock, type Clock } from './clock.ts';
