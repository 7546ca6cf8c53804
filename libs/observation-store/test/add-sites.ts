import { SqliteDeviceRegistry } from '@emotion-fleet/observation-store';

/* One of several processes on the same registry. Arguments: file, prefix of the sites to add, how many. */
const [, , path = '', prefix = '', count = '0'] = process.argv;
const registry = new SqliteDeviceRegistry({ path });
await registry.start();
for (let index = 0; index < Number(count); index++) {
  await registry.addSite({
    ...{ siteId: `${prefix}-${index}`, name: prefix, timeZone: 'UTC' },
    ...{ purpose: 'demo', openingHours: [], createdAt: index },
  });
}
await registry.stop();
