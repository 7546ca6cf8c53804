import type { DeviceRegistry } from '@emotion-fleet/observation-store';
import type { Purpose } from '@emotion-fleet/contracts';

export interface DemoCamera {
  readonly deviceId: string;
  readonly name: string;
  /** What the agent's frame source reads, for example `virtual:sample1?seed=1`. */
  readonly camera: string;
}

export interface DemoSite {
  readonly siteId: string;
  readonly name: string;
  readonly purpose: Purpose;
  readonly cameras: readonly DemoCamera[];
}

/** Three sites with two virtual cameras each; each camera wanders over another photograph in its own way. */
export const demoSites: readonly DemoSite[] = [
  {
    siteId: 'museum',
    name: 'City museum',
    purpose: 'demo',
    cameras: [
      { deviceId: 'museum-entrance', name: 'Entrance hall', camera: 'virtual:sample1?seed=11' },
      { deviceId: 'museum-gallery', name: 'Gallery', camera: 'virtual:sample2?seed=22' },
    ],
  },
  {
    siteId: 'market',
    name: 'Market hall',
    purpose: 'demo',
    cameras: [
      { deviceId: 'market-north', name: 'North door', camera: 'virtual:sample3?seed=33' },
      { deviceId: 'market-south', name: 'South door', camera: 'virtual:sample4?seed=44' },
    ],
  },
  {
    siteId: 'theatre',
    name: 'Theatre',
    purpose: 'demo',
    cameras: [
      { deviceId: 'theatre-foyer', name: 'Foyer', camera: 'virtual:sample5?seed=55' },
      { deviceId: 'theatre-bar', name: 'Bar', camera: 'virtual:sample6?seed=66' },
    ],
  },
];

/** One camera of the person's own, read through ffmpeg. */
export function ownCameraSite(source: string): DemoSite {
  return {
    siteId: 'this-machine',
    name: 'This machine',
    purpose: 'demo',
    cameras: [{ deviceId: 'camera-1', name: 'Own camera', camera: source }],
  };
}

export interface SeedOptions {
  readonly registry: DeviceRegistry;
  readonly sites: readonly DemoSite[];
  readonly tokens: TokenKeeper;
  readonly timeZone: string;
  readonly now: () => number;
}

/** Where the demo keeps the tokens of the devices that it plays itself. */
export interface TokenKeeper {
  read(deviceId: string): Promise<string | undefined>;
  write(deviceId: string, token: string): Promise<void>;
}

/** Makes sure that the sites and devices are registered and that a working token of each is at hand. */
export async function seedRegistry(options: SeedOptions): Promise<ReadonlyMap<string, string>> {
  const { registry, sites, tokens, timeZone, now } = options;
  const knownSites = new Set((await registry.listSites()).map((site) => site.siteId));
  const knownDevices = new Set((await registry.listDevices()).map((device) => device.deviceId));
  const tokenOf = new Map<string, string>();
  for (const site of sites) {
    const { siteId, name, purpose } = site;
    if (!knownSites.has(siteId)) {
      await registry.addSite({
        siteId,
        name,
        purpose,
        timeZone,
        openingHours: [],
        createdAt: now(),
      });
    }
    for (const camera of site.cameras) {
      tokenOf.set(camera.deviceId, await ensureDevice(camera, siteId));
    }
  }
  return tokenOf;

  async function ensureDevice(camera: DemoCamera, siteId: string): Promise<string> {
    const { deviceId, name } = camera;
    if (!knownDevices.has(deviceId)) {
      const { token } = await registry.addDevice(
        { deviceId, name, createdAt: now(), schedule: [] },
        siteId,
      );
      await tokens.write(deviceId, token);
      return token;
    }
    const kept = await tokens.read(deviceId);
    if (kept !== undefined && (await registry.verifyToken(deviceId, kept))) return kept;
    const { token } = await registry.rotateToken(deviceId);
    await tokens.write(deviceId, token);
    return token;
  }
}
