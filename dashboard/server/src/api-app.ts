import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Info } from '@emotion-fleet/contracts/api';
import type { DeviceConfigs } from './device-config/device-configs.ts';
import type { LiveHub } from './live/live-hub.ts';
import type { FleetSource } from './queries/fleet-source.ts';
import type { ReadingTools } from './queries/reading.ts';

/** A Fastify instance whose handlers get their types from the routes' schemas. */
export type ApiApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What the routes answer from. */
export interface ApiContext {
  readonly tools: ReadingTools;
  readonly fleets: FleetSource;
  readonly configs: DeviceConfigs;
  readonly live: LiveHub;
  readonly info: Info;
}
