import assert from 'node:assert/strict';
import type { GapRecord } from '@emotion-fleet/contracts';
import type { FileOutbox } from '../../../src/outbox/file-outbox.ts';
import { FolderFiles } from '../../../src/outbox/folder-files.ts';
import { ordinalOfSegment } from '../../../src/outbox/outbox-state.ts';
import type { Cloud } from '../cloud.ts';
import { presenceDraft } from '../drafts.ts';
import { markIntervalMs, recordsOf, runIdOf, tokensOf, type CutDevice } from './cut-device.ts';
import { folderAfterCut } from './cut-image.ts';
import { offsetOf, openOutbox, outboxFolder, type TurnedClock } from './open-outbox.ts';
import type { Pledge } from './pledges.ts';
import type { FolderNode, Node, SimulatedDisk } from './simulated-disk.ts';

/** The start after the cut: beyond all others. */
const lastStart = 20;
const limits = { maxRecords: 50, maxBytes: 20_000 };
/** Send what waits, report its runs as complete, remove their files, report what is left. */
const rounds = 4;

/** A run's id is on disk before the first of its records. */
export function assertRunsKnown(root: FolderNode): void {
  const folder = outboxOf(root);
  if (folder === undefined) return;
  const durable = outboxOf(folderAfterCut(root, { survival: 'nothing', random: () => 0 }));
  const states = ['state-0', 'state-1'].map((name) => durable?.seen.get(name));
  const known = states.map((node) => (node?.kind === 'file' ? node.seen.toString() : '')).join();
  for (const [name, node] of folder.seen) {
    const ordinal = ordinalOfSegment(name);
    if (ordinal === undefined || node.kind !== 'file' || node.seen.length === 0) continue;
    // A number below the next one that isn't named is that of a run that is over.
    const next = Math.max(
      ...[...known.matchAll(/"nextOrdinal":(\d+)/g)].map((hit) => Number(hit[1])),
    );
    assert.ok(ordinal < next, `the disk has records of run ${ordinal} before that run's id`);
  }
}

/** Starts the outbox on what a power cut left, lets it send everything, and compares with what was promised. */
export async function inspect(image: SimulatedDisk, device: CutDevice): Promise<void> {
  const cloud = device.cloud.copy();
  const files = new FolderFiles({ folder: outboxFolder, fileSystem: image });
  const clock: TurnedClock = { nowMs: 1_000, offset: offsetOf(lastStart) };
  const { isSmall } = device;
  const outbox = openOutbox({ files, clock, runId: runIdOf(lastStart), isSmall, markIntervalMs });
  await outbox.start();
  const handedOut = await drain({ outbox, clock, cloud });
  await outbox.stop();
  assertPledges({ device, cloud, handedOut });
  assertExplained(cloud);
}

interface DrainOptions {
  readonly outbox: FileOutbox;
  readonly clock: TurnedClock;
  readonly cloud: Cloud;
}

/** Returns the tokens of the records that came, each of them once. */
async function drain({ outbox, clock, cloud }: DrainOptions): Promise<Set<string>> {
  const tokens = new Set<string>();
  const seen = new Set<string>();
  let runs: readonly string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    outbox.append(presenceDraft((clock.nowMs += 1_000)));
    await outbox.flush();
    for (;;) {
      const batch = await outbox.take(limits);
      if (batch === undefined) break;
      for (const record of recordsOf(batch)) {
        const key = `${record.runId}/${record.seq}`;
        assert.ok(!seen.has(key), `${key} is sent twice to one connection`);
        seen.add(key);
        if (record.kind === 'presence') runs = record.runs.map(({ runId }) => runId);
      }
      for (const token of tokensOf(batch)) tokens.add(token);
      cloud.receive(batch.payload);
      outbox.ack(batch);
    }
  }
  const { records, created, acked, declared } = outbox.status();
  assert.equal(records, 0, 'something stays in the outbox');
  assert.equal(created, acked + declared, 'the counts do not balance');
  assert.deepEqual(runs, [runIdOf(lastStart)], 'a run that is over is reported for ever');
  return tokens;
}

interface PledgeOptions {
  readonly device: CutDevice;
  readonly cloud: Cloud;
  readonly handedOut: ReadonlySet<string>;
}

function assertPledges({ device, cloud, handedOut }: PledgeOptions): void {
  for (const pledge of device.pledges.durable()) {
    const { token } = pledge;
    if (pledge.isAckSure) assert.ok(!handedOut.has(token), `${token} was acked and comes again`);
    if (pledge.isAcked || handedOut.has(token)) continue;
    const gap = cloud.gaps().find((one) => covers(one, pledge));
    const isAllowed = gap !== undefined && mayBeGivenUp(gap, pledge, device);
    assert.ok(isAllowed, `${token} was synced and is ${gap?.reason ?? 'lost'}`);
  }
  const tokens = cloud.records.flatMap((one) => ('trackId' in one ? [one.trackId] : []));
  assert.equal(new Set(tokens).size, tokens.length, 'a record has two identities');
  for (const gap of cloud.gaps()) {
    if (gap.reason !== 'corrupt' || device.isSmall) continue;
    assert.equal(cloud.declaredInVain(gap), 0, 'a record that was sent is declared as lost');
  }
}

function covers(gap: GapRecord, { runId, seq }: Pledge): boolean {
  return gap.ofRunId === runId && gap.fromSeq <= seq! && gap.toSeq >= seq!;
}

/** Declared for want of room, for its age, or since nobody knows its time: as the outbox may. */
function mayBeGivenUp({ reason }: GapRecord, { isDated }: Pledge, { isSmall }: CutDevice): boolean {
  if (reason === 'clock_unknown') return !isDated;
  return isSmall && (reason === 'outbox_full' || reason === 'too_old');
}

function assertExplained(cloud: Cloud): void {
  for (const [runId, head] of cloud.heads) {
    assert.equal(cloud.unexplained(runId, head), 0, `run ${runId} has unexplained seqs`);
  }
}

function outboxOf(root: FolderNode): FolderNode | undefined {
  const names = outboxFolder.split('/').filter((name) => name !== '');
  let node: Node | undefined = root;
  for (const name of names) node = node?.kind === 'folder' ? node.seen.get(name) : undefined;
  return node?.kind === 'folder' ? node : undefined;
}
