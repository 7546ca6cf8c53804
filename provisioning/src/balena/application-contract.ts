import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';

/*
 * What balena reads from `balena.yml`. Nothing of balena's own validates the file (an empty one passes its
 * tools), so that a mistake would show only on the device.
 */

const closed = { additionalProperties: false };
const Text = Type.String({ minLength: 1 });

/** Variables come as a list of maps with one name each. */
function variables(namePattern: string) {
  return Type.Array(
    Type.Record(Type.String({ pattern: namePattern }), Type.String(), {
      minProperties: 1,
      maxProperties: 1,
      ...closed,
    }),
  );
}

const Asset = Type.Object(
  {
    type: Type.Literal('blob.asset'),
    data: Type.Object({ url: Type.String({ pattern: '^https://[^\\s]+$' }) }, closed),
  },
  closed,
);

const DeviceType = Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$' });

/** The contract of a fleet's application. */
export const ApplicationContract = Type.Object(
  {
    name: Type.String({ pattern: '^[a-zA-Z0-9_-]{4,100}$' }),
    type: Type.Literal('sw.application'),
    /** Semantic version without build metadata. */
    version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$' }),
    description: Text,
    assets: Type.Object({ repository: Asset, logo: Asset }, closed),
    data: Type.Object(
      {
        applicationEnvironmentVariables: variables('^(?!BALENA_|RESIN_)[A-Za-z_][A-Za-z0-9_]*$'),
        applicationConfigVariables: variables('^BALENA_[A-Za-z0-9_]+$'),
        defaultDeviceType: DeviceType,
        supportedDeviceTypes: Type.Array(DeviceType, { minItems: 1, uniqueItems: true }),
      },
      closed,
    ),
  },
  closed,
);
export type ApplicationContract = Static<typeof ApplicationContract>;

const validator = Compile(ApplicationContract);

/** Faults of a parsed `balena.yml`, as `path: message`; empty where there are none. */
export function contractFaults(value: unknown): string[] {
  const faults = [...validator.Errors(value)].map(
    ({ instancePath, message }) => `${instancePath === '' ? '/' : instancePath}: ${message}`,
  );
  if (!validator.Check(value)) return faults;
  const { defaultDeviceType, supportedDeviceTypes, applicationEnvironmentVariables } = value.data;
  if (!supportedDeviceTypes.includes(defaultDeviceType)) {
    faults.push('/data/defaultDeviceType: is not among supportedDeviceTypes');
  }
  for (const name of applicationEnvironmentVariables.flatMap((entry) => Object.keys(entry))) {
    if (/TOKEN|SECRET|PASSWORD|KEY/i.test(name)) {
      faults.push(`/data/applicationEnvironmentVariables: ${name} looks like a secret`);
    }
  }
  return faults;
}
