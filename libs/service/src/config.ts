import { Type, type Static, type TObject } from 'typebox';
import { Value } from 'typebox/value';
import { OperatorError } from './errors.ts';
import type { Profile, ProfileNeeds } from './profile.ts';

export { Type };

export interface ReadConfigOptions {
  /** Before each variable's name (default `EMOTION_`). */
  readonly prefix?: string;
  /** What the profile that was chosen can't do without. */
  readonly needs?: readonly ProfileNeeds[];
}

/**
 * Reads one configuration from environment variables. Each property of the schema is read from
 * `PREFIX_PROPERTY_NAME` (`publishTimeoutMs` -> `EMOTION_PUBLISH_TIMEOUT_MS`). Text is converted to the
 * property's type; arrays and objects are JSON. All faults are reported at once, and no value is echoed,
 * since it may be a secret.
 *
 * @throws OperatorError `bad_config`
 */
export function readConfig<Schema extends TObject>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
  { prefix = 'EMOTION_', needs = [] }: ReadConfigOptions = {},
): Readonly<Static<Schema>> {
  const raw: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [property, propertySchema] of Object.entries(schema.properties)) {
    const text = environment[prefix + variableName(property)];
    if (text === undefined || text === '') continue;
    raw[property] = isStructured(propertySchema) ? parseJson(text) : text;
  }
  const value = Value.Convert(schema, Value.Default(schema, raw));
  for (const error of Value.Errors(schema, value)) {
    const missing = error.keyword === 'required' ? error.params.requiredProperties : [];
    if (missing.length > 0) {
      for (const property of missing) faults.push(`${prefix}${variableName(property)} is not set`);
    } else {
      const property = error.instancePath.split('/')[1] ?? '';
      faults.push(`${prefix}${variableName(property)} ${error.message}`);
    }
  }
  const { profile } = value as { profile?: Profile };
  for (const property of needs.flatMap((of) => (profile === undefined ? [] : of[profile]))) {
    if (raw[property] === undefined) faults.push(`${prefix}${variableName(property)} is not set`);
  }
  if (faults.length > 0) {
    throw new OperatorError(
      'bad_config',
      `Configuration is not usable: ${[...new Set(faults)].join('; ')}.`,
    );
  }
  // `Convert` gives unknown; the check above has just shown the type.
  return Object.freeze(value as Static<Schema>);
}

/** `publishTimeoutMs` -> `PUBLISH_TIMEOUT_MS` */
export function variableName(property: string): string {
  return property.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}

function isStructured(schema: unknown): boolean {
  const type = (schema as { type?: unknown }).type;
  return type === 'array' || type === 'object';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
