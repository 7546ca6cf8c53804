import { openEventLog } from '@emotion-fleet/event-log';
import { openDeviceRegistry } from '@emotion-fleet/observation-store';
import { createLogger, describeError, OperatorServer, runParts } from '@emotion-fleet/service';
import { Registry } from 'prom-client';
import { readGatewayConfig } from './config.ts';
import { Gateway, RegistryAuthenticator } from './index.ts';

async function main(): Promise<void> {
  const config = readGatewayConfig();
  const logger = createLogger({ service: 'gateway', level: config.logLevel });
  const metrics = new Registry();
  const eventLog = openEventLog(config, { clientId: 'gateway', logger });
  const devices = openDeviceRegistry(config);
  const { ackTimeoutMs, maxInFlightBytes, maxConnections, recheckIntervalMs } = config;
  const gateway = new Gateway({
    eventLog,
    authenticator: new RegistryAuthenticator({ registry: devices }),
    logger,
    registry: metrics,
    host: config.mqttHost,
    port: config.mqttPort,
    limits: { ackTimeoutMs, maxInFlightBytes, maxConnections, recheckIntervalMs },
  });
  const operator = new OperatorServer({
    port: config.operatorPort,
    registry: metrics,
    health: {
      gateway: () => gateway.health(),
      eventLog: () => eventLog.health(),
      registry: () => devices.health(),
    },
  });
  const parts = [eventLog, devices, operator, gateway];
  await runParts(parts, { logger });
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
}
