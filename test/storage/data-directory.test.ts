import assert from 'node:assert/strict';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { roomFile, supervisorFile } from '../../src/storage/data-directory.js';
import { roomNames } from '../support/arbitraries.js';

const directory = '/data/salas';

t.test("a room's name is to be seen in the name of its file, as far as it is plain ASCII", async (t) => {
  t.match(basename(roomFile(directory, 'sala1')), /^sala1-[0-9a-f]{32}\.db$/);
  t.match(basename(roomFile(directory, 'café_à-la')), /^caf_la-[0-9a-f]{32}\.db$/);
  t.match(basename(roomFile(directory, '中文')), /^-[0-9a-f]{32}\.db$/);
});

t.test(
  'whatever a room is called, its file is in the directory of the rooms, and nothing but a file there',
  async () => {
    fc.assert(
      fc.property(roomNames, (room) => {
        const file = roomFile(directory, room);
        assert.equal(dirname(file), join(directory, 'rooms'));
        assert.match(basename(file), /^[A-Za-z0-9_]{0,40}-[0-9a-f]{32}\.db$/);
        assert.equal(join(file), file, 'no part of the path is special');
      }),
      { numRuns: 1000 },
    );
  },
);

t.test('even what no room can be called stays there', async () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('..', '../x', '/etc/passwd', 'a\0b')),
      (room) => {
        assert.equal(dirname(roomFile(directory, room)), join(directory, 'rooms'));
      },
    ),
  );
});

t.test('no two rooms share a file, not even on a disk that does not tell capitals', async () => {
  fc.assert(
    fc.property(roomNames, roomNames, (one, other) => {
      const files = [one, one.toUpperCase(), one.toLowerCase(), other].map((room) =>
        roomFile(directory, room).toLowerCase(),
      );
      const names = new Set([one, one.toUpperCase(), one.toLowerCase(), other]);
      assert.equal(new Set(files).size, names.size);
    }),
  );
});

t.test("no room has the supervisor's file", async (t) => {
  t.not(roomFile(directory, 'supervisor'), supervisorFile(directory));
});
