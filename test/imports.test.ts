import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import ts from 'typescript';

/** Which of our folders a folder may import. */
const mayImport: Record<string, readonly string[]> = {
  protocol: [],
  client: ['protocol'],
  storage: ['protocol'],
  tasks: ['protocol'],
  reads: ['protocol', 'storage', 'tasks'],
  search: ['protocol', 'storage', 'tasks', 'reads'],
  actors: ['protocol', 'storage'],
  transport: ['protocol', 'actors', 'reads', 'search', 'tasks'],
  cli: ['protocol', 'client', 'storage', 'tasks', 'reads', 'search', 'actors', 'transport'],
};

/** The only files, or folders, that may import a library. */
const edges: Record<string, readonly string[]> = {
  comlink: ['actors/actor-ref.ts', 'actors/actor-thread.ts'],
  piscina: ['tasks/task-pool.ts', 'tasks/moved.ts'],
  '@node-rs/argon2': ['tasks/argon2id.ts'],
  read: ['cli/ask-password.ts'],
  'better-sqlite3': ['storage/'],
  yargs: ['cli/main.ts'],
  pino: ['cli/'],
  yaml: ['cli/settings-file.ts'],
  'string-width': ['cli/chat/cells.ts'],
  leven: ['protocol/suggestion.ts'],
  'prom-client': ['transport/metrics.ts'],
  'net-ipc': [],
};

/** What is wrong with a source's imports; `file` is its path in src/. */
function violations(file: string, source: string): string[] {
  const folder = topOf(file);
  return importsIn(source)
    .filter((imported) => {
      if (!imported.startsWith('.')) return edges[topOf(imported)]?.some((edge) => file.startsWith(edge)) === false;
      const target = topOf(posix.join(posix.dirname(file), imported));
      return target !== folder && !mayImport[folder]?.includes(target);
    })
    .map((imported) => `${file} imports ${imported}`);
}

/** Every form of import counts, those of types too: static, dynamic, re-export, require. */
function importsIn(source: string): string[] {
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** The first part of a path: our folder, or the library, whose name has two where it begins with `@`. */
function topOf(path: string): string {
  return path.split('/', path.startsWith('@') ? 2 : 1).join('/');
}

t.test('folders import only what they may, and each library only at its edge', async (t) => {
  const src = fileURLToPath(new URL('../../src', import.meta.url));
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  t.not(files.length, 0, 'src has files');
  t.strictSame(
    files.flatMap((file) => violations(file, readFileSync(`${src}/${file}`, 'utf8'))),
    [],
    'no import breaks the rule',
  );
});

t.test('an import against the rule is found, in whatever form it comes', async (t) => {
  const file = 'protocol/lines.ts';
  const found = (source: string) => t.equal(violations(file, source).length, 1, source);
  found(`import { Room } from '../actors/room/room.js';`);
  found(`import type {\n  Room,\n} from "../actors/room/room.js";`);
  found(`export * from '../storage/database.js';`);
  found(`import '../cli/main.js';`);
  found(`const room = await import('../actors/room/room.js');`);
  found(`type Room = import('../actors/room/room.js').Room;`);
  found(`import { start } from '../../test/support/server.js';`);
  found(`import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';`);
});

t.test('the rule tells folders, files and libraries apart', async (t) => {
  const found = (file: string, imported: string) => violations(file, `import '${imported}';`).length;
  const refused = (file: string, imported: string) =>
    t.equal(found(file, imported), 1, `${file} may not import ${imported}`);
  const allowed = (file: string, imported: string) =>
    t.equal(found(file, imported), 0, `${file} may import ${imported}`);

  refused('transport/tcp.ts', '../cli/serve.js');
  refused('transport/feed.ts', '../storage/room.js');
  refused('client/connect.ts', '../transport/session.js');
  refused('new-folder/file.ts', '../protocol/lines.js');
  refused('actors/mailbox.ts', 'comlink');
  refused('transport/control.ts', 'net-ipc');
  refused('cli/serve.ts', 'yargs/helpers');
  refused('actors/supervisor/supervisor.ts', '@node-rs/argon2');
  refused('reads/search.ts', 'better-sqlite3');

  allowed('actors/room/room.ts', '../mailbox.js');
  allowed('cli/serve.ts', '../transport/tcp.js');
  allowed('actors/actor-ref.ts', 'comlink/dist/esm/node-adapter.mjs');
  allowed('storage/database.ts', 'better-sqlite3');
  allowed('protocol/params.ts', 'valibot');
  allowed('protocol/lines.ts', 'node:buffer');
});
