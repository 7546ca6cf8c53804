import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AckGate } from '../src/ack-gate.ts';

const gate = () => new AckGate({ maxInFlightBytes: 100, ackTimeoutMs: 10 });

it('keeps the bytes of work that outlives its wait, and refuses beyond the limit', async () => {
  const full = gate();
  const work = Promise.withResolvers<undefined>();
  await assert.rejects(
    full.run(80, async () => work.promise),
    { code: 'ack_timeout' },
  );
  assert.equal(full.bytes, 80);
  await assert.rejects(
    full.run(30, async () => undefined),
    { code: 'overloaded' },
  );
  work.resolve(undefined);
  await full.idle(1_000);
  assert.equal(full.bytes, 0);
  await full.run(30, async () => undefined);
});

it('takes one message of any size while it is idle, or it could never be sent', async () => {
  await gate().run(1_000, async () => undefined);
});
