import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { drawFilms, type Film } from './recording/film.js';
import { type Terminal, Terminals } from './recording/terminal.js';

// Records docs/session.svg, the picture in the README: Ana with `salas chat` and Bia with `nc`, and a server that is
// killed while they talk. Needs tmux and nc.

const root = fileURLToPath(new URL('../../', import.meta.url));
const picture = join(root, 'docs/session.svg');
const size = { columns: 66, rows: 22 };
const port = 4242;
/** A picture at most so often; a screen that did not change is not another. */
const frameMs = 100;
/** What a reader needs to see what happened. */
const readMs = 1500;

async function serve(data: string): Promise<ChildProcess> {
  const server = spawn(join(root, 'bin/salas'), ['serve', '--data', data, '--port', `${port}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(server.stdout, 'data');
  return server;
}

async function kill(server: ChildProcess): Promise<void> {
  const gone = once(server, 'exit');
  server.kill('SIGKILL');
  await gone;
}

/** Films terminals until it is told to stop. */
function film(terminals: readonly Terminal[]): () => Film[] {
  const begunMs = performance.now();
  const films = terminals.map(({ title }) => ({ title, ...size, frames: [] as Film['frames'][number][] }));
  const look = () => {
    const atMs = Math.round(performance.now() - begunMs);
    for (const [i, terminal] of terminals.entries()) {
      const screen = terminal.screen();
      const frames = films[i]?.frames as Film['frames'][number][];
      if (frames.at(-1)?.screen.join('\n') !== screen.join('\n')) frames.push({ atMs, screen });
    }
  };
  const timer = setInterval(look, frameMs);
  return () => {
    clearInterval(timer);
    look();
    return films;
  };
}

async function say(terminal: Terminal, text: string): Promise<void> {
  await terminal.type(text);
  terminal.press('Enter');
}

async function session(terminals: Terminals, data: string): Promise<Film[]> {
  let server = await serve(data);
  try {
    const shell = "env PS1='$ ' LANG=C.UTF-8 HISTFILE=/dev/null sh";
    const bia = terminals.open('bia: nc', size, shell);
    const ana = terminals.open('ana: salas chat', size, shell);
    const cut = film([bia, ana]);
    await say(bia, `nc 127.0.0.1 ${port}`);
    await bia.shows('/help');
    await say(bia, '/register bia');
    const token = (await bia.shows(/token \w+/)).slice('token '.length);
    await say(bia, '/join sala1');
    await bia.shows('bia#1 joined');
    await say(ana, './bin/salas chat sala1 --name ana');
    await bia.shows('ana#1 joined');
    await say(bia, 'oi, ana! I am on plain nc');
    await ana.shows('plain nc');
    await say(ana, 'olá 👋 watch: I kill the server');
    const [, seq] = /#(\d+)/.exec(await bia.shows(/#\d+\] ana#1: .*I kill the server/)) ?? [];
    await sleep(readMs);
    await kill(server);
    await ana.shows(/reconnecting/i);
    await say(ana, 'said while it was down');
    await sleep(readMs);
    server = await serve(data);
    bia.press('C-c');
    await bia.shows(/\^C\s*\$\s*$/);
    await say(bia, `nc 127.0.0.1 ${port}`);
    await bia.shows(/\/help[\s\S]*\/help/);
    // Nobody types a token.
    await bia.type('/resume ');
    await bia.type(`${token} `, 0);
    await say(bia, `sala1@${seq}`);
    await bia.shows('said while it was down');
    await say(ana, 'nothing was lost');
    await bia.shows('nothing was lost');
    await sleep(readMs);
    return cut();
  } finally {
    await kill(server);
  }
}

const data = mkdtempSync(join(tmpdir(), 'salas-record-'));
const terminals = new Terminals();
try {
  writeFileSync(picture, drawFilms(await session(terminals, data)));
  console.log(`wrote ${picture}`);
} finally {
  terminals.close();
  rmSync(data, { recursive: true });
}
