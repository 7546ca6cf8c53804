import type { DesiredConfig, DeviceSettings } from '@emotion-fleet/contracts';

/** What begins and ends runs. */
export interface ConfiguredRuns {
  /** Begins the first run. Rejects where none can begin with it. */
  begin(desired: DesiredConfig | undefined): Promise<void>;
  /** Ends the run and begins one with `desired`. Rejects where the one before runs again. */
  change(desired: DesiredConfig): Promise<void>;
  stop(): Promise<void>;
}

/** Loads the models of a configuration and tries them, while the run goes on. */
export interface ModelTrial {
  /** True where all files of the settings are there and right. */
  isReady(settings: DeviceSettings): Promise<boolean>;
  /** Rejects with ConfigRefused, or whatever the signal was aborted with. */
  load(settings: DeviceSettings, signal: AbortSignal): Promise<void>;
  /** Compares its answers and times with those of what runs now. Rejects with ConfigRefused. */
  tryOut(options: {
    desired: DesiredConfig;
    running: DesiredConfig | undefined;
    signal: AbortSignal;
  }): Promise<void>;
  /** Removes the files that none of these needs. */
  tidy(kept: readonly DeviceSettings[]): Promise<void>;
}
