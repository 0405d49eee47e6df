import { join } from 'node:path';
import t from 'tap';
import type { Result } from '../../src/protocol/methods.js';
import type { RoomName } from '../../src/protocol/names.js';
import { parseQuery } from '../../src/protocol/search-query.js';
import { createSearches } from '../../src/search/searches.js';
import { openDatabase } from '../../src/storage/database.js';
import { roomDatabase } from '../../src/storage/room-store.js';

t.test('a search that is under way is never answered that others wait, but how far it came', async (t) => {
  const head = 300_000;
  const file = join(t.testdir(), 'sala1.db');
  const db = openDatabase(file, roomDatabase);
  t.teardown(() => db.close());
  db.exec(`INSERT INTO room (only, name, epoch, topic) VALUES (1, 'sala1', 'e1', '');
    WITH RECURSIVE numbers (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM numbers WHERE seq < ${head})
    INSERT INTO messages (seq, at, user, text, key)
      SELECT seq, 0, 'ana#1', 'olá a todos, é a mensagem ' || seq, 0 FROM numbers;`);
  const limits = { searchQueueMax: 1, searchMsMax: 60_000 };
  const searches = createSearches({ limits, logs: () => [], onTrouble: (what) => t.fail(what) });
  t.teardown(() => searches.close());
  const range = { limit: 50, upTo: head, bytesMax: 1e6 };
  const style = { dialect: 'json' } as const;
  const room = 'sala1' as RoomName;
  const asked = { file, room, epoch: 'e1', query: parseQuery('nada'), range, reader: 'ana#1', style };
  // Two are under way, one waits.
  const written = await Promise.all([searches.room(asked), searches.room(asked), searches.room(asked)]);
  const all = written.map((result) => JSON.parse(Buffer.from(result).toString()) as Result<'room.search'>);
  const cut = all.filter(({ more }) => more);
  t.ok(cut.length > 0, 'whose next turn would have been behind the one who waits');
  for (const { messages, next } of cut) t.ok(messages.length === 0 && next !== undefined && next < head);
});
