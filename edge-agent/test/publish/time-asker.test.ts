import assert from 'node:assert/strict';
import test from 'node:test';
import { messageValidators } from '@emotion-fleet/contracts';
import type { GatewayTime } from '../../src/clock/agent-clock.ts';
import { TimeAsker } from '../../src/publish/time-asker.ts';

test('takes an answer to an open request once, and nothing else', () => {
  const offered: GatewayTime[] = [];
  let nowMs = 0;
  let ids = 0;
  const clock = {
    nowMs: () => nowMs,
    wantsGatewayTime: true,
    offerGatewayTime: (time: GatewayTime) => void offered.push(time),
  };
  const asker = new TimeAsker({ deviceId: 'camera-1', clock, newId: () => `request-${++ids}` });
  const answer = (requestId: string, gatewayTime: unknown = 1_790_000_000_000) => {
    asker.receive(Buffer.from(JSON.stringify({ schema: 1, requestId, gatewayTime })));
  };
  const request: unknown = JSON.parse(String(asker.request()?.payload));
  assert.ok(messageValidators.timeRequest.Check(request));
  nowMs = 50;
  asker.request();
  nowMs = 80;
  answer('request-9');
  answer('request-1', 'noon');
  asker.receive(Buffer.from('{'));
  assert.deepEqual(offered, []);
  answer('request-1');
  answer('request-1');
  assert.deepEqual(offered, [{ gatewayTime: 1_790_000_000_000, sentAtMs: 0, receivedAtMs: 80 }]);
  clock.wantsGatewayTime = false;
  assert.equal(asker.request(), undefined);
});

test('keeps a bounded number of open requests', () => {
  const offered: GatewayTime[] = [];
  let ids = 0;
  const clock = {
    nowMs: () => ids,
    wantsGatewayTime: true,
    offerGatewayTime: (time: GatewayTime) => void offered.push(time),
  };
  const asker = new TimeAsker({ deviceId: 'camera-1', clock, newId: () => `request-${++ids}` });
  for (let count = 0; count < 20; count += 1) asker.request();
  const answer = (requestId: string) => {
    const response = { schema: 1, requestId, gatewayTime: 1_790_000_000_000 };
    asker.receive(Buffer.from(JSON.stringify(response)));
  };
  answer('request-12');
  assert.equal(offered.length, 0);
  answer('request-13');
  assert.equal(offered.length, 1);
});
