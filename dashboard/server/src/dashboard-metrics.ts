import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the dashboard counts. Made once a process: a registry takes a name only once. */
export class DashboardMetrics {
  readonly liveStreams: Gauge;
  readonly liveStreamsDropped: Counter;
  readonly requestSeconds: Histogram<'route' | 'status'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.liveStreams = new Gauge({
      name: 'emotion_dashboard_live_streams',
      help: 'Open streams of live events',
      registers,
    });
    this.liveStreamsDropped = new Counter({
      name: 'emotion_dashboard_live_streams_dropped_total',
      help: 'Streams ended because the client did not keep up',
      registers,
    });
    this.requestSeconds = new Histogram({
      name: 'emotion_dashboard_request_seconds',
      help: 'Time to answer a request, by route and status',
      labelNames: ['route', 'status'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    });
  }
}
