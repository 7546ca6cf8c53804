import { seededUnit } from '../../../src/capture/seeded-random.ts';
import { CutDevice } from './cut-device.ts';
import { folderAfterCut, survivals } from './cut-image.ts';
import type { Fault } from './faults.ts';
import { assertRunsKnown, inspect } from './inspection.ts';
import { SimulatedDisk, type FolderNode } from './simulated-disk.ts';

export interface AuditOptions {
  /** The audit ends with the device that reaches so many points. */
  readonly points: number;
  readonly seed: number;
  readonly fault?: Fault | undefined;
  readonly onProgress?: (report: AuditReport) => void;
}

export interface AuditReport {
  /** Changes of the disk before which the power was cut. */
  readonly points: number;
  /** Starts of the outbox on what a cut left. */
  readonly restarts: number;
  readonly devices: number;
}

const livesOfDevice = 7;

/**
 * Cuts the power before each change that devices make on their disks, once for each way in which it may leave the
 * disk, and inspects what the next start makes of it. Throws at the first promise that isn't kept.
 */
export async function auditPowerCuts(options: AuditOptions): Promise<AuditReport> {
  let report: AuditReport = { points: 0, restarts: 0, devices: 0 };
  while (report.points < options.points) {
    const found = await auditDevice({ ...options, seed: options.seed + report.devices });
    report = {
      points: report.points + found.points,
      restarts: report.restarts + found.restarts,
      devices: report.devices + 1,
    };
    options.onProgress?.(report);
  }
  return report;
}

async function auditDevice({ seed, fault }: AuditOptions): Promise<Omit<AuditReport, 'devices'>> {
  let points = 0;
  let restarts = 0;
  let violation: Error | undefined;
  const device = new CutDevice({
    seed,
    fault,
    isSmall: seed % 3 === 0,
    onPoint: async (operation, { disk }) => {
      points += 1;
      try {
        restarts += await inspectPoint({ device, seed, point: points });
      } catch (cause) {
        // The outbox would take it for a fault of the disk and go on.
        const what = cause instanceof Error ? cause.message : String(cause);
        violation ??= new Error(`seed ${seed}, point ${points}, before "${operation}": ${what}`, {
          cause,
        });
        disk.cutPower();
      }
    },
  });
  for (let life = 0; life < livesOfDevice; life += 1) {
    await device.live();
    if (violation !== undefined) throw violation;
  }
  return { points, restarts };
}

/** Returns how many different disks the cut may leave. */
async function inspectPoint(options: {
  readonly device: CutDevice;
  readonly seed: number;
  readonly point: number;
}): Promise<number> {
  const { device, seed, point } = options;
  const { root } = device.disk;
  assertRunsKnown(root);
  const known = new Set<string>();
  for (const survival of survivals) {
    let step = 0;
    const random = () => seededUnit({ seed: seed * 100_000 + point, step: step++ });
    const image = folderAfterCut(root, { survival, random });
    const content = textOf(image);
    if (known.has(content)) continue;
    known.add(content);
    try {
      await inspect(new SimulatedDisk(image), device);
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`where ${survival} unsynced survives, ${what}`, { cause });
    }
  }
  return known.size;
}

function textOf(folder: FolderNode): string {
  const entries = [...folder.seen].map(([name, node]) => [
    name,
    node.kind === 'file' ? node.seen.toString('latin1') : textOf(node),
  ]);
  return JSON.stringify(entries);
}
