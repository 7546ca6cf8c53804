import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ChangeAnnouncer } from '../../src/live/change-announcer.ts';

function startAnnouncer(context: TestContext) {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const announced: string[][] = [];
  const announcer = new ChangeAnnouncer({ announce: (ids) => announced.push([...ids]) });
  context.after(() => announcer.stop());
  const tick = (times = 1): void => {
    for (let count = 0; count < times; count++) context.mock.timers.tick(1_000);
  };
  return { announced, announcer, tick };
}

test('waits a whole tick at least, so that the windows are stored', (context) => {
  const { announced, announcer, tick } = startAnnouncer(context);
  announcer.note('a');
  tick();
  assert.deepEqual(announced, []);
  tick();
  assert.deepEqual(announced, [['a']]);
});

test('announces devices together, each once', (context) => {
  const { announced, announcer, tick } = startAnnouncer(context);
  for (const deviceId of ['b', 'a', 'b', 'a']) announcer.note(deviceId);
  tick(2);
  assert.deepEqual(announced, [['a', 'b']]);
});

test('announces a device that fell silent one last time, for a slow processor', (context) => {
  const { announced, announcer, tick } = startAnnouncer(context);
  announcer.note('a');
  tick(30);
  assert.deepEqual(announced, [['a'], ['a']]);
});

test('announces at most once a tick while records keep coming', (context) => {
  const { announced, announcer, tick } = startAnnouncer(context);
  for (let second = 0; second < 20; second++) {
    announcer.note('a');
    announcer.note('a');
    tick();
  }
  assert.equal(announced.length, 19);
});

test('says nothing after it stopped', (context) => {
  const { announced, announcer, tick } = startAnnouncer(context);
  announcer.note('a');
  announcer.stop();
  tick(10);
  assert.deepEqual(announced, []);
});
