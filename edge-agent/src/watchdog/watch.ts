import path from 'node:path';
import type { Logger } from '@emotion-fleet/service';
import type { CameraSettings } from '../capture/camera-url.ts';
import { sinceBootMs } from '../clock/since-boot.ts';
import { FolderFiles } from '../outbox/folder-files.ts';
import { CountedFiles } from '../wear/counted-files.ts';
import { DeviceWatchdog } from './device-watchdog.ts';
import { HangBook } from './hang-book.ts';
import { RebootBook } from './reboot-book.ts';
import { VitalSigns } from './vital-signs.ts';
import { WatchdogKeeper } from './watchdog-keeper.ts';

/** What watches over an agent, over its runs and processes. */
export interface Watch {
  readonly vitalSigns: VitalSigns;
  readonly hangBook: HangBook;
  /** Undefined where no watchdog is configured. */
  readonly keeper: WatchdogKeeper | undefined;
}

export function createWatch(options: {
  readonly device: string | undefined;
  readonly dataDirectory: string;
  readonly camera: CameraSettings;
  readonly onWritten: (bytes: number) => void;
  readonly logger: Logger;
}): Watch {
  const { device, dataDirectory, camera, onWritten, logger } = options;
  const folder = path.join(dataDirectory, 'watchdog');
  const files = new CountedFiles({ files: new FolderFiles({ folder }), onWritten });
  const vitalSigns = new VitalSigns({ nowMs: sinceBootMs });
  const hangBook = new HangBook({ files, vitalSigns, logger });
  if (device === undefined) return { vitalSigns, hangBook, keeper: undefined };
  const keeper = new WatchdogKeeper({
    watchdog: new DeviceWatchdog({ path: device, logger }),
    ...{ vitalSigns, logger },
    book: new RebootBook({ files }),
    isCameraLocal: camera.kind !== 'ffmpeg' || camera.input === 'v4l2',
    nowMs: () => performance.now(),
  });
  return { vitalSigns, hangBook, keeper };
}
