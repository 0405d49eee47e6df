import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { startDaemon } from '../support/daemon.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const execute = promisify(execFile);

/** Runs a program in a directory, without tap's loaders. */
async function run(directory: string, ...command: string[]): Promise<string> {
  return (await execute('env', ['-u', 'NODE_OPTIONS', 'LC_ALL=C', ...command], { cwd: directory })).stdout;
}

/** An empty project outside of this one, whose packages therefore are not found; `salas` is unpacked in it. */
async function project(t: Test, packed: string): Promise<string> {
  const directory = newDirectory(t);
  const own = join(directory, 'node_modules', 'salas');
  mkdirSync(own, { recursive: true });
  await run(own, 'tar', '-xzf', packed, '--strip-components=1');
  return directory;
}

function newDirectory(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'salas-test-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

t.test('the package, as npm packs it', async (t) => {
  const to = newDirectory(t);
  const stdout = await run(root, 'npm', 'pack', '--json', '--pack-destination', to);
  // What the build says comes first.
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [{ filename: string; files: { path: string }[] }];
  const tarball = join(to, packed.filename);
  const files = packed.files.map(({ path }) => path);

  await t.test('has what a user needs, and neither sources nor tests', async (t) => {
    for (const file of ['bin/salas', 'man/salas.1', 'README.md', 'docs/client.md', 'build/src/client/entry.d.ts']) {
      t.ok(files.includes(file), file);
    }
    t.strictSame(
      files.filter((file) => /^(src|build\/(test|bench|tools))\/|\.test\.|^node_modules/.test(file)),
      [],
    );
  });

  await t.test("the client library runs with none of the server's packages installed", async (t) => {
    const { port } = await startDaemon(t);
    const directory = await project(t, tarball);
    writeFileSync(
      join(directory, 'bot.mjs'),
      `import { connect } from 'salas/client';
       const bot = await connect({ port: ${port}, name: 'bot' });
       await bot.join('sala1');
       const { seq } = await bot.send('sala1', 'oi');
       console.log(bot.userId, seq > 0);
       await bot.quit();`,
    );
    t.equal(await run(directory, process.execPath, 'bot.mjs'), 'bot#1 true\n');
  });

  await t.test('nothing but the client library can be imported from it', async (t) => {
    const directory = await project(t, tarball);
    writeFileSync(join(directory, 'deep.mjs'), "await import('salas/build/src/client/client.js');");
    await t.rejects(run(directory, process.execPath, 'deep.mjs'), /ERR_PACKAGE_PATH_NOT_EXPORTED/);
  });

  await t.test('its types know methods, params, results and events', async (t) => {
    const directory = await project(t, tarball);
    mkdirSync(join(directory, 'node_modules', '@types'));
    for (const needed of ['valibot', '@types/node', 'undici-types']) {
      symlinkSync(join(root, 'node_modules', needed), join(directory, 'node_modules', needed));
    }
    writeFileSync(
      join(directory, 'bot.ts'),
      `import { CallRefused, connect, type ConnectionState, type Participant, type Push } from 'salas/client';

      const onChange = (state: ConnectionState) => state.type === 'replaying' && state.events.toFixed();
      const bot: Participant = await connect({ name: 'bot', onChange, tls: {}, signal: AbortSignal.timeout(1000) });
      await connect({ userId: 'bot#1', password: 'a good password' });
      // @ts-expect-error nobody comes without a name, a token or an account
      await connect({ port: 4242 });
      // @ts-expect-error there is no such method
      await bot.call('room.dance', {});
      // @ts-expect-error a seq is a number
      await bot.call('room.history', { room: 'sala1', after: '1' });
      const { messages } = await bot.room('sala1').history({ after: 1 });
      export const text: string | undefined = messages[0]?.text;
      const said = await bot.room('sala1').say('oi', { clientMsgId: 'a1' });
      // @ts-expect-error a seq is a number
      export const seq: string = said.seq;
      for await (const push of bot.events()) {
        const { method, params }: Push = push;
        if (method === 'room.message') params.text.trim();
        // @ts-expect-error not every event has a text
        params.text.trim();
      }
      export const codeOf = (error: unknown) => error instanceof CallRefused && error.code === 'NOT_IN_ROOM';
      `,
    );
    writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const checked = run(directory, process.execPath, tsc, ...options, 'bot.ts');
    t.equal(await checked.catch(({ stdout }: { stdout: string }) => stdout), '');
  });

  await t.test('the command runs where its packages lie beside it, as npm installs them', async (t) => {
    const directory = await project(t, tarball);
    for (const name of readdirSync(join(root, 'node_modules')).filter((name) => name !== 'salas')) {
      symlinkSync(join(root, 'node_modules', name), join(directory, 'node_modules', name));
    }
    const bin = join(directory, 'node_modules', 'salas', 'bin', 'salas');
    t.match(await run(directory, process.execPath, bin, 'config', 'check'), /the settings are good/);
  });
});
