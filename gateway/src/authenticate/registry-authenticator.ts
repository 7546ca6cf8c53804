import type { HopHealth } from '@emotion-fleet/service';
import type { DeviceAuthenticator, DeviceCredentials } from './device-authenticator.ts';

/** The part of a device registry that the gateway needs. */
export interface TokenVerifier {
  verifyToken(deviceId: string, token: string): Promise<boolean>;
  health(): HopHealth;
}

/** Checks tokens against the device registry, which holds their hashes. */
export class RegistryAuthenticator implements DeviceAuthenticator {
  readonly #registry: TokenVerifier;

  constructor({ registry }: { readonly registry: TokenVerifier }) {
    this.#registry = registry;
  }

  authenticate({ deviceId, token }: DeviceCredentials): Promise<boolean> {
    return this.#registry.verifyToken(deviceId, token);
  }

  health(): HopHealth {
    return this.#registry.health();
  }
}
