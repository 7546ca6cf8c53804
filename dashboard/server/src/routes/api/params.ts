import { Type } from 'typebox';

/** Ids are looked up, so that any text may be asked for; what isn't there is a 404. */
const Id = Type.String({ minLength: 1, maxLength: 128 });

export const SiteParams = Type.Object({ siteId: Id });
export const DeviceParams = Type.Object({ deviceId: Id });
