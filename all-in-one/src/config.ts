/** What the launcher takes from its environment; the only reader of it here. */
export interface LauncherEnvironment {
  readonly searchPath: string;
  /** True where nobody sits in front of a browser. */
  readonly isAutomated: boolean;
  readonly logLevel: string;
  /** Passed on to agents, so that the dynamic loader and temporary folders work as here. */
  readonly inherited: Readonly<Record<string, string>>;
}

const inheritedNames = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LD_LIBRARY_PATH'] as const;

export function readEnvironment(environment: NodeJS.ProcessEnv): LauncherEnvironment {
  const inherited: Record<string, string> = {};
  for (const name of inheritedNames) {
    const value = environment[name];
    if (value !== undefined) inherited[name] = value;
  }
  return {
    searchPath: environment['PATH'] ?? '',
    isAutomated: environment['CI'] !== undefined && environment['CI'] !== '',
    logLevel: environment['EMOTION_LOG_LEVEL'] ?? 'info',
    inherited,
  };
}
