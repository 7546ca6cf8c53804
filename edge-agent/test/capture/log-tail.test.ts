import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LogTail } from '../../src/capture/log-tail.ts';

function tailOf(...chunks: string[]): LogTail {
  const tail = new LogTail();
  for (const chunk of chunks) tail.push(Buffer.from(chunk));
  return tail;
}

describe('LogTail', () => {
  it('keeps the last 100 lines, each of at most 300 characters', () => {
    const lines = Array.from({ length: 150 }, (_, index) => `line ${index} ${'x'.repeat(400)}\n`);
    const kept = tailOf(...lines).lines();
    assert.equal(kept.length, 100);
    assert.ok(kept.every((line, index) => line.startsWith(`line ${index + 50} `)));
    assert.ok(kept.every((line) => line.length === 300));
  });

  it('puts lines together that come in pieces, and cuts what never ends', () => {
    assert.deepEqual(tailOf('one', ' line\nan', 'other\r\n').lines(), ['one line', 'another']);
    const endless = tailOf(...Array.from({ length: 50 }, () => 'x'.repeat(100_000)));
    assert.deepEqual(endless.takeNew(), ['x'.repeat(300)]);
  });

  it('gives each line once, and the last one of the process that ended', () => {
    const tail = tailOf('one\ntwo');
    assert.deepEqual(tail.takeNew(), ['one', 'two']);
    assert.equal(tail.lastOfRun(), 'two');
    tail.beginRun();
    assert.equal(tail.lastOfRun(), undefined);
    tail.push(Buffer.from('three\n'));
    assert.deepEqual(tail.takeNew(), ['three']);
    assert.deepEqual(tail.lines(), ['one', 'two', 'three']);
  });

  it('shows no password of an address, whatever is in it and wherever the line is cut', () => {
    for (const password of ['secret', 'p@secret', 'p:secret@', 'secret%40', 'schlüssel']) {
      const line = `Error opening rtsp://user:${password}@host/stream: 401\n`;
      assert.deepEqual(tailOf(line).lines(), ['Error opening rtsp://***@host/stream: 401']);
    }
    const address = 'rtsp://user:secret@host/stream';
    for (let before = 260; before < 300; before += 1) {
      const line = `${'x'.repeat(before)} ${address}`;
      for (const end of ['', '\n', `${'y'.repeat(400)}\n`]) {
        assert.ok(
          !tailOf(line + end)
            .takeNew()
            .join()
            .includes('sec'),
          String(before),
        );
      }
    }
  });
});
