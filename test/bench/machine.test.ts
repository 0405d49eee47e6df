import t from 'tap';
import { fileSystem, parseCores, pinning } from '../../bench/machine.js';

t.test("the kernel's lists of cores are read", async (t) => {
  t.strictSame(parseCores('0-2,5\n'), [0, 1, 2, 5]);
  t.strictSame(parseCores('3'), [3]);
  t.strictSame(parseCores(''), []);
});

t.test('server and generator get a core each, never two halves of one', async (t) => {
  const alone = (core: number) => [core];
  const halves = (core: number) => [core & ~1, core | 1];
  t.strictSame(pinning([0, 1], alone), { server: 0, generator: 1 });
  t.strictSame(pinning([2, 3, 4, 5], halves), { server: 2, generator: 4 });
  t.match(pinning([0], alone), { unpinned: /only one core/ });
  t.match(pinning([0, 1], halves), { unpinned: /two threads/ });
});

t.test('the file system of a path is that of the nearest mount', async (t) => {
  const mounts = '/dev/vda / ext4 rw 0 0\ntmpfs /dev/shm tmpfs rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n';
  t.equal(fileSystem(mounts, '/home/ana'), 'ext4');
  t.equal(fileSystem(mounts, '/dev/shm/salas'), 'tmpfs');
  t.equal(fileSystem(mounts, '/tmp'), 'tmpfs');
  t.equal(fileSystem(mounts, '/tmpfoo'), 'ext4');
});
