import packageFile from '../package.json' with { type: 'json' };

/** Version of this release, as the dashboard and the agents report it. */
export const version: string = packageFile.version;
