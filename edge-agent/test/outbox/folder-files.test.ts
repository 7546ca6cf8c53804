import assert from 'node:assert/strict';
import test from 'node:test';
import { FolderFiles } from '../../src/outbox/folder-files.ts';
import { folderAfterCut } from './power-cut/cut-image.ts';
import { SimulatedDisk } from './power-cut/simulated-disk.ts';

/** What the next process finds after a power cut that takes all that was not synced. */
function afterCut(disk: SimulatedDisk): FolderFiles {
  const root = folderAfterCut(disk.root, { survival: 'nothing', random: () => 0 });
  return new FolderFiles({ folder: '/data', fileSystem: new SimulatedDisk(root) });
}

test('makes the entry of a file durable, also of one that was removed and made again', async () => {
  const disk = new SimulatedDisk();
  const files = new FolderFiles({ folder: '/data', fileSystem: disk });
  await files.open();
  for (const text of ['first', 'second']) {
    await files.append('file', Buffer.from(text));
    await files.sync('file');
    const left = afterCut(disk);
    assert.deepEqual(await left.list(), ['file']);
    assert.equal((await left.read('file', 0, 100)).toString(), text);
    await files.remove('file');
    // As whoever syncs another file next does.
    await files.append('other', Buffer.from('other'));
    await files.sync('other');
    await files.remove('other');
  }
});
