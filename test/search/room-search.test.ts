import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { matcherOf, parseQuery } from '../../src/protocol/search-query.js';
import { forget } from '../../src/reads/databases.js';
import bite from '../../src/search/bite.js';
import { indexing, searching, writing } from '../../src/search/purposes.js';
import roomSearch from '../../src/search/room-search.js';
import { searchFile } from '../../src/storage/data-directory.js';
import { type Database, openDatabase } from '../../src/storage/database.js';
import { roomDatabase } from '../../src/storage/room-store.js';
import { removeIndex } from '../../src/storage/search-index.js';

const vocabulary = ['olá', 'bom', 'dia', 'Ação', 'acaso', 'café', '你好', '🙂', 'e-mail', 'x'];
const author = 'ana#1';

/** A log on disk, and what is in it. */
class Log {
  readonly file: string;
  readonly texts = new Map<number, string>();
  readonly #db: Database;
  epoch = 'e1';
  head = 0;

  constructor(t: Test) {
    this.file = join(t.testdir(), 'sala1.db');
    this.#db = openDatabase(this.file, roomDatabase);
    this.#db.exec(`INSERT INTO room (only, name, epoch, topic) VALUES (1, 'sala1', 'e1', '')`);
    t.teardown(() => this.close());
  }

  /** Says so many messages; some words are in most, some in few. */
  say(count: number): void {
    const insert = this.#db.prepare('INSERT INTO messages (seq, at, user, text, key) VALUES (?, 0, ?, ?, 0)');
    this.#db.transaction(() => {
      for (let i = 0; i < count; i++) {
        const seq = ++this.head;
        const words = vocabulary.filter((_, n) => (seq * (n + 3)) % (n + 2) === 0 || seq % (101 * (n + 1)) === 0);
        this.#set(seq, `${words.join(' ')} ${seq}`);
        insert.run(seq, author, this.texts.get(seq));
      }
    })();
  }

  /** Changes the text of a message; an empty one deletes it. */
  change(seq: number, text: string): void {
    if (!this.texts.has(seq)) return;
    this.#set(seq, text);
    this.#db.prepare('UPDATE messages SET text = ? WHERE seq = ?').run(text, seq);
    this.#db
      .prepare('INSERT INTO changes (seq, at, type, user, detail, key) VALUES (?, 0, ?, ?, ?, 0)')
      .run(++this.head, text === '' ? 'deleted' : 'edited', author, JSON.stringify({ target: seq, text }));
  }

  prune(before: number): void {
    this.#db.prepare('DELETE FROM messages WHERE seq < ?').run(before);
    for (const seq of this.texts.keys()) if (seq < before) this.texts.delete(seq);
  }

  replace(): void {
    this.epoch += "'";
    this.#db.prepare('UPDATE room SET epoch = ?').run(this.epoch);
  }

  bite(renew = false) {
    return bite({ file: this.file, head: this.head, renew });
  }

  /** Indexes all there is. */
  index(): void {
    for (;;) {
      const { first, last } = this.bite();
      if (first === 1 && last === this.head) return;
    }
  }

  /** What a search says, page by page. */
  search(text: string, limit = 500): number[] {
    const found: number[] = [];
    for (let before: number | undefined; ; ) {
      const page = this.page(text, before, limit);
      found.unshift(...page.messages.map(({ seq }) => seq));
      if (!page.more) return found;
      before = page.next;
    }
  }

  page(text: string, before: number | undefined, limit = 500, msMax = 60_000) {
    const range = { before, limit, upTo: this.head, bytesMax: 1e6 };
    return roomSearch({ file: this.file, epoch: this.epoch, query: parseQuery(text), range, reader: author, msMax });
  }

  /** What a search must say. */
  expected(text: string): number[] {
    const matches = matcherOf(parseQuery(text));
    return [...this.texts].filter(([, said]) => said !== '' && matches(said)).map(([seq]) => seq);
  }

  close(): void {
    for (const purpose of [searching, indexing, writing]) {
      forget(this.file, purpose);
      forget(searchFile(this.file), purpose);
    }
    this.#db.close();
  }

  #set(seq: number, text: string): void {
    this.texts.set(seq, text);
  }
}

const queries = [
  'ola',
  '"bom dia"',
  'aca*',
  'BOM dia x',
  '"e mail"',
  '好',
  '🙂 cafe',
  '1*',
  'nada',
  '"dia bom"',
  'b* di* ol*',
  'e-ma* a*',
];

function agrees(t: Test, log: Log, about: string, limit = 500): void {
  for (const query of queries) t.strictSame(log.search(query, limit), log.expected(query), `${query} ${about}`);
}

t.test('a search finds the same whatever is indexed: nothing, the latest, all', async (t) => {
  const log = new Log(t);
  log.say(7000);
  agrees(t, log, 'without an index');
  t.equal(log.page('ola', undefined).index, undefined);
  t.match(log.bite(), { epoch: 'e1', first: 5001, last: 7000 }, 'the latest come first');
  agrees(t, log, 'with half of one');
  log.index();
  t.match(log.page('ola', undefined).index, { first: 1, last: 7000 });
  agrees(t, log, 'with all of it');
  agrees(t, log, 'in small pages', 7);
  log.say(100);
  agrees(t, log, 'with an end that is not indexed');
  log.index();
  agrees(t, log, 'with that indexed as well');
});

t.test('an index of what was said is the same as reading it, whatever becomes of both', async (t) => {
  const command = fc.oneof(
    fc.record({ type: fc.constant('say' as const), count: fc.integer({ min: 1, max: 2500 }) }),
    fc.record({ type: fc.constant('bite' as const) }),
    fc.record({ type: fc.constant('bite' as const) }),
    fc.record({
      type: fc.constant('change' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      text: fc.constantFrom('', 'bom dia', 'nada', '🙂 café 你好'),
    }),
    fc.record({ type: fc.constant('prune' as const), at: fc.double({ min: 0, max: 0.5, noNaN: true }) }),
    fc.record({ type: fc.constantFrom('replace' as const, 'remove' as const, 'damage' as const, 'truncate' as const) }),
  );
  fc.assert(
    fc.property(fc.array(command, { minLength: 3, maxLength: 12 }), fc.constantFrom(...queries), (commands, query) => {
      const log = new Log(t);
      log.say(3000);
      try {
        for (const each of commands) {
          if (each.type === 'say') log.say(each.count);
          else if (each.type === 'bite') log.bite(log.page('ola', undefined, 1).index === 'damaged');
          else if (each.type === 'change') log.change(1 + Math.floor(each.at * (log.head - 1)), each.text);
          else if (each.type === 'prune') log.prune(1 + Math.floor(each.at * log.head));
          else if (each.type === 'replace') log.replace();
          else if (each.type === 'remove') removeIndex(searchFile(log.file));
          else if (each.type === 'damage') writeFileSync(searchFile(log.file), 'no database'.repeat(1000));
          else if (log.page('ola', undefined).index !== undefined) truncateSync(searchFile(log.file), 5000);
          for (const text of [query, 'cafe 好']) {
            const [found, expected] = [log.search(text, 40), log.expected(text)];
            if (JSON.stringify(found) !== JSON.stringify(expected)) {
              throw new Error(`${text}: found ${found.length}, expected ${expected.length}`);
            }
          }
        }
      } finally {
        log.close();
      }
    }),
    { numRuns: 25 },
  );
});

t.test('where the index cannot be opened, the log is read', async (t) => {
  const log = new Log(t);
  log.say(3000);
  mkdirSync(searchFile(log.file));
  agrees(t, log, 'with a directory in its place');
  t.equal(log.page('ola', undefined).index, undefined);
});

t.test('however hostile a query is, the index and a reader agree, and nothing fails', async (t) => {
  const log = new Log(t);
  log.say(4000);
  log.index();
  const signs = ['"', '*', '(', ')', '^', ':', '+', '-', '{', '}', "'", '\\', '%', '_', '~', ';', '--', '“', '…', '\t'];
  const words = [...vocabulary, 'AND', 'OR', 'NOT', 'NEAR', 'text', 'rowid', 'b', '1', 'olá*', '\ud83d'];
  const query = fc
    .array(fc.constantFrom(...signs, ...words, ' ', ' '), { minLength: 1, maxLength: 20 })
    .map((parts) => parts.join(''))
    .filter((text) => parseQuery(text).length > 0);
  fc.assert(
    fc.property(query, (text) => {
      const page = log.page(text, undefined, 20);
      t.strictSame(
        page.messages.map(({ seq }) => seq),
        log.expected(text).slice(-20),
        text,
      );
      t.equal(page.index !== 'damaged', true);
    }),
    { numRuns: 300 },
  );
});

t.test('a search that is out of time says how far it came, and goes on from there', async (t) => {
  const log = new Log(t);
  log.say(3000);
  let pages = 0;
  const found: number[] = [];
  for (let before: number | undefined; ; ) {
    const page = log.page('ola', before, 500, 0);
    found.unshift(...page.messages.map(({ seq }) => seq));
    pages++;
    if (!page.more) break;
    t.ok(page.next !== undefined && (before === undefined || page.next < before), 'it comes nearer to the beginning');
    before = page.next;
  }
  t.ok(pages > 10);
  t.strictSame(found, log.expected('ola'));
});

t.test('a page is full as a history is, and its text is bounded', async (t) => {
  const log = new Log(t);
  log.say(3000);
  log.index();
  const all = log.expected('ola');
  const page = log.page('ola', undefined, 3);
  t.strictSame([page.messages.map(({ seq }) => seq), page.more], [all.slice(-3), true]);
  t.strictSame(
    [...log.page('ola', page.next, 3).messages].map(({ seq }) => seq),
    all.slice(-6, -3),
  );
  const rare = log.expected('1999');
  t.match(
    [log.page('1999', undefined, 1).messages.map(({ seq }) => seq), log.page('1999', undefined, 1).more],
    [rare, false],
  );
});

t.test('parts that have nothing any more are dropped', async (t) => {
  const log = new Log(t);
  log.say(70_000);
  log.index();
  const parts = () => {
    const db = openDatabase(searchFile(log.file), { name: 'search', applicationId: 0x53_61_6c_46, migrations: [''] });
    const ends = db.prepare('SELECT last FROM parts ORDER BY first').pluck().all();
    db.close();
    return ends;
  };
  t.strictSame(parts(), [4000, 70_000]);
  log.prune(50_000);
  log.say(1);
  log.bite();
  t.strictSame(parts(), [70_000, 70_001]);
  t.strictSame(log.search('69999'), [69_999]);
  t.strictSame(log.search('49999'), []);
});
