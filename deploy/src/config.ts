import { readConfig, Type } from '@emotion-fleet/service';

const schema = Type.Object({
  /** Where a Java that is not on the PATH lives. */
  javaHome: Type.Optional(Type.String({ minLength: 1 })),
  /** On a build server a missing tool is a failure, not a reason to skip. */
  ci: Type.Boolean({ default: false }),
});

/** The only reader of the environment here: `JAVA_HOME` and `CI`, which others name. @throws OperatorError `bad_config` */
export function readStackConfig(environment: NodeJS.ProcessEnv = process.env) {
  const { JAVA_HOME, CI } = environment;
  const ci = CI === undefined || CI === '' || CI === '0' ? 'false' : 'true';
  return readConfig(schema, { JAVA_HOME, CI: CI === 'false' ? 'false' : ci }, { prefix: '' });
}
