import type { HopHealth } from '@emotion-fleet/service';

export interface DeviceCredentials {
  readonly deviceId: string;
  readonly token: string;
}

/** Says whether a device is who it claims to be; asked again while it is connected. */
export interface DeviceAuthenticator {
  /** False for wrong, unknown and revoked alike; rejects where nobody can say at the moment. */
  authenticate(credentials: DeviceCredentials): Promise<boolean>;
  /** `down` while nobody can say. */
  health(): HopHealth;
}
