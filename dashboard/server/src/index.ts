export {
  DashboardServer,
  type DashboardInfo,
  type DashboardServerOptions,
} from './dashboard-server.ts';
export { systemClock, type Clock } from './clock.ts';
