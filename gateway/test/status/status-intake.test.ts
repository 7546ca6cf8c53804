import assert from 'node:assert/strict';
import { it } from 'node:test';
import { logTopics, type StatusMessage } from '@emotion-fleet/contracts';
import { readGolden } from '@emotion-fleet/contracts/golden';
import { EventLogError } from '@emotion-fleet/event-log';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import { StatusIntake } from '../../src/status/status-intake.ts';

const deviceId = 'camera-1';
const clock = { now: () => 1_790_000_000_000 };

function delivery(state: StatusMessage['state'], connectSeq: number) {
  const message = { ...(readGolden('status') as StatusMessage), state, connectSeq };
  const payload = Buffer.from(JSON.stringify(message));
  return { deviceId, payload, live: state === 'online' };
}

async function startedIntake(log: MemoryEventLog): Promise<StatusIntake> {
  await log.start();
  const intake = new StatusIntake({ eventLog: log, clock });
  await intake.start();
  return intake;
}

it('drops the late will of an older connection, also after a restart of the gateway', async () => {
  const log = new MemoryEventLog();
  const intake = await startedIntake(log);
  assert.equal(await intake.takeStatus(delivery('online', 5)), 'accepted');
  assert.equal(await intake.takeStatus(delivery('offline', 4)), 'outdated');
  const restarted = await startedIntake(log);
  assert.equal(await restarted.takeStatus(delivery('offline', 4)), 'outdated');
  assert.equal(await restarted.takeStatus(delivery('offline', 5)), 'accepted');
  const [entry] = log.entries(logTopics.deviceStatus);
  const received = JSON.parse(Buffer.from(entry!.value!).toString()) as Record<string, unknown>;
  assert.equal(received.deviceId, deviceId);
  assert.equal(received.receivedAt, clock.now());
  assert.deepEqual(received.message, JSON.parse(delivery('offline', 5).payload.toString()));
});

it('wants a status again that the log did not take, but no health message', async () => {
  const log = new MemoryEventLog();
  const intake = await startedIntake(log);
  log.failWith(new EventLogError('unavailable', 'no disk'));
  await assert.rejects(intake.takeStatus(delivery('online', 1)), { code: 'log_unavailable' });
  const payload = Buffer.from(JSON.stringify(readGolden('health')));
  assert.equal(await intake.takeHealth({ deviceId, payload, live: true }), 'log_unavailable');
});
