import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { defaultLimits } from '../src/protocol/limits.js';
import { freshPage, manPages } from '../tools/man-pages.js';
import { protocolFile, withTables } from '../tools/protocol-tables.js';

const root = new URL('../../', import.meta.url);
const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(new URL('docs', root), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

/** The files that a document links to, or names with their folder, but are not there. */
function missingFiles(file: string, markdown: string): string[] {
  const links = [...markdown.matchAll(/\]\((?!\w+:|#)([^)#]+)/g)].map(
    ([, link]) => new URL(link as string, new URL(file, root)),
  );
  const named = [...markdown.matchAll(/`((?:src|test|docs|tools|types|examples|bench|bin)\/[\w./-]*)`/g)].map(
    ([, path]) => new URL(path as string, root),
  );
  return [...links, ...named].filter((url) => !existsSync(url)).map((url) => url.pathname.slice(root.pathname.length));
}

/** The names in brackets behind a source file, as in `src/a.ts` (`b`, `C.d`), that are not in it. */
function missingNames(markdown: string): string[] {
  return [...markdown.matchAll(/`(src\/[\w./-]+\.ts)`\s+\(((?:`[^`]+`(?:,\s+)?)+)\)/g)].flatMap(([, file, list]) => {
    const words = new Set(read(file as string).match(/[\w$]+/g));
    const names = [...(list as string).matchAll(/[\w$]+/g)].map(([name]) => name);
    return names.filter((name) => !words.has(name)).map((name) => `${file}: ${name}`);
  });
}

t.test("docs/protocol.md's tables are those of the source", async (t) => {
  const markdown = readFileSync(protocolFile, 'utf8');
  t.equal(withTables(markdown), markdown, 'up to date; if not: npm run docs');
});

t.test('a table that is out of date is made anew', async (t) => {
  const markdown = readFileSync(protocolFile, 'utf8');
  const stale = markdown.replace(`| ${defaultLimits.batchMax} |`, '| 63 |');
  t.not(stale, markdown, 'the table has the limit');
  t.equal(withTables(stale), markdown, 'and gets it back');
  t.throws(() => withTables(markdown.replace('<!-- errors -->', '')), 'a region without its marker is missed');
});

t.test('every file that the documents name exists', async (t) => {
  for (const file of documents) t.strictSame(missingFiles(file, read(file)), [], file);
  t.strictSame(missingFiles('docs/a.md', '[b](adr/none.md) `src/none.ts` [c](../README.md#top)'), [
    'docs/adr/none.md',
    'src/none.ts',
  ]);
});

t.test('every name that the architecture gives to a file is in it', async (t) => {
  t.strictSame(missingNames(read('docs/architecture.md')), []);
  t.strictSame(missingNames('`src/transport/feed.ts` (`Feed.publish`, `Cursor.fly`)'), ['src/transport/feed.ts: fly']);
});

t.test('the man pages are what the command line declares', async (t) => {
  for (const page of manPages)
    t.equal(freshPage(page), readFileSync(page.file, 'utf8'), 'up to date; if not: npm run docs');
});

const noMandoc = spawnSync('mandoc', ['/dev/null']).error !== undefined && 'SKIPPED: mandoc is needed';

t.test('the man pages are written as man(7) says', { skip: noMandoc }, async (t) => {
  for (const { file } of manPages) {
    const { stdout } = spawnSync('mandoc', ['-Tlint', '-Wwarning', fileURLToPath(file)], { encoding: 'utf8' });
    t.equal(stdout, '', 'mandoc finds nothing');
    const { stdout: shown } = spawnSync('mandoc', ['-Tutf8', fileURLToPath(file)], { encoding: 'utf8' });
    t.notMatch(shown, /\\f[BIR]|\\e/, 'nor is an escape shown');
  }
});
