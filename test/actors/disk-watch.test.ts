import t from 'tap';
import { DiskWatch, quietMs } from '../../src/actors/disk-watch.js';

const began = 1_700_000_000_000;

function watch(): { readonly disk: DiskWatch; readonly told: boolean[] } {
  const told: boolean[] = [];
  return { disk: new DiskWatch((full) => told.push(full)), told };
}

t.test('a disk with room is told of once', async (t) => {
  const { disk, told } = watch();
  for (let at = began; at < began + 3; at++) disk.committed(at);
  t.strictSame(told, [false]);
});

t.test('a full disk is told of with each refusal, and its end when nothing was refused for a while', async (t) => {
  const { disk, told } = watch();
  disk.committed(began);
  disk.refused(began + 10);
  disk.refused(began + 20);
  disk.committed(began + 30);
  t.strictSame(told, [false, true, true], 'something small still fits on a full disk');
  disk.refused(began + quietMs);
  disk.committed(began + 20 + quietMs);
  t.strictSame(told, [false, true, true, true]);
  disk.committed(began + 2 * quietMs);
  disk.committed(began + 3 * quietMs);
  t.strictSame(told, [false, true, true, true, false]);
  disk.refused(began + 3 * quietMs);
  t.equal(told.at(-1), true, 'and it may be full again');
});

t.test('a clock that jumps back does not keep a disk full for ever', async (t) => {
  const { disk, told } = watch();
  disk.refused(began);
  disk.committed(began - 10 * quietMs);
  t.strictSame(told, [true, false]);
});
