export { Gateway, type GatewayOptions } from './gateway.ts';
export { type GatewayLimits } from './limits.ts';
export {
  type DeviceAuthenticator,
  type DeviceCredentials,
} from './authenticate/device-authenticator.ts';
export {
  RegistryAuthenticator,
  type TokenVerifier,
} from './authenticate/registry-authenticator.ts';
