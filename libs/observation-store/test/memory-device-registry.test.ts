import { MemoryDeviceRegistry } from '@emotion-fleet/observation-store/testing';
import { deviceRegistryContract } from './device-registry-contract.ts';

deviceRegistryContract('MemoryDeviceRegistry', async () => ({
  registry: new MemoryDeviceRegistry(),
  remove: async () => {},
}));
