import { OperatorError } from '@emotion-fleet/service';

/** What a device runs on, in npm's words. */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
  readonly libc: string;
}

export const platformNames = ['linux-arm64', 'linux-x64'] as const;

/** Throws OperatorError `bad_platform`. */
export function parsePlatform(name: string): Platform {
  const known = platformNames.find((candidate) => candidate === name);
  if (known === undefined) {
    const message = `There is no image for ${name}: --platform is one of ${platformNames.join(', ')}.`;
    throw new OperatorError('bad_platform', message);
  }
  const [os = '', cpu = ''] = known.split('-');
  return { os, cpu, libc: 'glibc' };
}

/** What a package says of where it runs; nothing = everywhere. */
export interface PlatformLimits {
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

export function runsOn(limits: PlatformLimits, platform: Platform): boolean {
  return (['os', 'cpu', 'libc'] as const).every((key) => {
    const listed = limits[key];
    if (listed === undefined) return true;
    if (listed.includes(`!${platform[key]}`)) return false;
    return listed.includes(platform[key]) || listed.every((value) => value.startsWith('!'));
  });
}
