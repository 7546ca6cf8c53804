import type { Assignment, DeviceEntry } from '@emotion-fleet/observation-store';
import { OperatorError } from '@emotion-fleet/service';
import {
  checkId,
  checkName,
  choiceOption,
  report,
  type CommandContext,
} from '../command-context.ts';
import { formatOpeningHours, parseOpeningHours } from '../opening-hours-text.ts';
import { withRegistry } from '../with-registry.ts';
import { formatTable, formatTime } from '../terminal.ts';
import { usageError } from '../usage-error.ts';

export interface DeviceAddOptions {
  readonly site?: string;
  readonly name?: string;
  readonly schedule?: string;
  readonly mqttUrl?: string;
}

/** Registers a device and prints its token, which is nowhere to be had again. */
export async function addDevice(
  context: CommandContext,
  deviceId: string,
  options: DeviceAddOptions,
): Promise<void> {
  checkId('device', deviceId);
  const name = checkName(options.name ?? deviceId);
  const schedule = parseOpeningHours(options.schedule ?? '');
  const mqttUrl = checkMqttUrl(options.mqttUrl);
  const { siteId, token } = await withRegistry(context.settings, async (registry) => {
    const sites = await registry.listSites();
    if (sites.length === 0) {
      throw new OperatorError(
        'no_sites',
        'There is no site yet; add one with "npx fleet site add".',
      );
    }
    const site = await choiceOption(context, {
      ...{ flag: '--site', value: options.site },
      choice: {
        message: 'At which site?',
        options: sites.map((entry) => ({ value: entry.siteId, label: entry.name })),
      },
    });
    const device = { deviceId, name, schedule, createdAt: context.terminal.now() };
    return { siteId: site, ...(await registry.addDevice(device, site)) };
  });
  const environment = {
    EMOTION_DEVICE_ID: deviceId,
    EMOTION_TOKEN: token,
    ...(mqttUrl !== undefined && { EMOTION_MQTT_URL: mqttUrl }),
  };
  report(
    context,
    { deviceId, siteId, token, environment },
    addedText(deviceId, siteId, environment),
  );
}

export async function listDevices(context: CommandContext): Promise<void> {
  const { devices, assignments } = await withRegistry(context.settings, async (registry) => ({
    devices: await registry.listDevices(),
    assignments: await registry.listAssignments(),
  }));
  const now = context.terminal.now();
  const listed = devices.map((device) => ({
    ...device,
    siteId: siteOf(device, assignments, now) ?? null,
    state: device.revokedAt === undefined ? 'active' : 'revoked',
  }));
  const rows = listed.map((device) => [
    ...[device.deviceId, device.name, device.siteId ?? '', device.state],
    ...[formatTime(device.createdAt), formatOpeningHours(device.schedule)],
  ]);
  const head = ['Device', 'Name', 'Site', 'State', 'Added (UTC)', 'Schedule'];
  report(
    context,
    { devices: listed },
    listed.length === 0
      ? 'No devices yet. Next: npx fleet device add DEVICE --site SITE\n'
      : formatTable(head, rows),
  );
}

/** From now on its token is refused; what it sent stays. */
export async function revokeDevice(context: CommandContext, deviceId: string): Promise<void> {
  const revokedAt = context.terminal.now();
  await withRegistry(context.settings, (registry) => registry.revokeDevice(deviceId, revokedAt));
  report(context, { deviceId, revokedAt }, `Revoked device ${deviceId}.\n`);
}

/** Where the device stands now; assignments come in order of their hours. */
function siteOf(
  { deviceId }: DeviceEntry,
  assignments: readonly Assignment[],
  now: number,
): string | undefined {
  return assignments.findLast((entry) => entry.deviceId === deviceId && entry.fromHour <= now)
    ?.siteId;
}

/** @throws OperatorError `usage` */
function checkMqttUrl(url: string | undefined): string | undefined {
  if (url === undefined || /^(mqtts?|wss?):\/\/[^/\s]+/.test(url)) return url;
  throw usageError(
    `"${url}" is not an MQTT address; write it like "mqtts://gateway.example.com:8883".`,
  );
}

function addedText(
  deviceId: string,
  siteId: string,
  environment: Readonly<Record<string, string>>,
): string {
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const hint =
    environment['EMOTION_MQTT_URL'] === undefined
      ? [
          '# and EMOTION_MQTT_URL: the address of your gateway, like mqtts://gateway.example.com:8883',
        ]
      : [];
  return [
    `Added device ${deviceId} at site ${siteId}.`,
    'Environment of its agent; the token is shown only this once:',
    '',
    ...lines,
    ...hint,
    '',
  ].join('\n');
}
