import type { DeviceAuthenticator, DeviceCredentials } from './device-authenticator.ts';

/** The part of a device registry that the gateway needs. */
export interface TokenVerifier {
  verifyToken(deviceId: string, token: string): Promise<boolean>;
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
}
