import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, createReadStream, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text as wholeText } from 'node:stream/consumers';
import t from 'tap';
import { salasCommand, startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { salas } from '../support/salas.js';
import { enter } from '../support/visitors.js';

const count = 1203;
const daemon = await startDaemon(t, { rooms: ['sala1', 'vazia'] });
const { token } = await enter(t, daemon, 'ana', 'sala1', 'vazia');
const ana = await LineClient.connect(t, daemon);
await ana.call('user.resume', { token });
const texts = Array.from({ length: count }, (_, i) => `mensagem ${i} "com" <tudo>, é`);
for (let from = 0; from < count; from += 100) {
  await Promise.all(texts.slice(from, from + 100).map((text) => ana.call('room.send', { room: 'sala1', text })));
}
const history = await ana.call('room.history', { room: 'sala1', limit: 500 });
const run = (...args: string[]) =>
  salas(['export', ...args, '--port', `${daemon.port}`, '--token', token], { TZ: 'UTC' });

t.test('an export has every message of a room, in order, over all its pages', async (t) => {
  const { code, stdout, stderr } = await run('sala1');
  t.strictSame({ code, stderr }, { code: 0, stderr: '' });
  const exported = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  t.strictSame(
    exported.map(({ text }) => text),
    texts,
  );
  t.strictSame(exported.slice(-500), history.messages, 'each as the history tells it');
});

t.test('only what was said in the time that is asked for is in it', async (t) => {
  const [first, last] = [history.messages.at(-490), history.messages.at(-20)] as [{ at: number }, { at: number }];
  const moment = (at: number) => new Date(at).toISOString();
  const { stdout } = await run('sala1', '--since', moment(first.at), '--until', moment(last.at));
  const exported = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  const wanted = history.messages.filter(({ at }: { at: number }) => at >= first.at && at < last.at);
  t.strictSame(exported.slice(-wanted.length), wanted);
  t.ok(exported.every(({ at }) => at >= first.at && at < last.at));
  t.equal((await run('sala1', '--since', '2999-01-01')).stdout, '');
});

t.test('a file has its name only when it is whole, and replaces an earlier one', async (t) => {
  const directory = t.testdir({ 'sala1.csv': 'old' });
  const file = join(directory, 'sala1.csv');
  t.match(await run('sala1', '--format', 'csv', '-o', file), { code: 0, stdout: '' });
  t.equal(readFileSync(file, 'utf8').split('\r\n').length, count + 2);
  const failed = await run('sala1', '-o', join(directory, 'none', 'x.jsonl'));
  t.match(failed, { code: 1, stderr: /^salas: .*ENOENT/ });
  const refused = await salas(['export', 'nenhuma', '-o', join(directory, 'n.jsonl'), '--port', `${daemon.port}`]);
  t.match(refused, { code: 1, stderr: /ROOM_NOT_FOUND/ });
  t.strictSame(readdirSync(directory), ['sala1.csv'], 'nothing else is left');
  t.notOk(existsSync(`${file}.partial`));
});

t.test('what is no file is written itself, and stays what it is', async (t) => {
  const directory = t.testdir();
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = wholeText(createReadStream(pipe));
  t.match(await run('sala1', '-o', pipe), { code: 0, stderr: '' });
  t.equal((await reader).split('\n').length, count + 1);
  t.ok(statSync(pipe).isFIFO());
  t.match(await run('sala1', '-o', directory), { code: 1, stderr: /^salas: .*EISDIR.*\n$/ });
  t.strictSame(readdirSync(directory), ['pipe']);
});

const noFull = existsSync('/dev/full') ? false : 'this system has no /dev/full';
t.test('a stdout that takes nothing more is told in one line, and by the exit code', { skip: noFull }, async (t) => {
  const full = openSync('/dev/full', 'w');
  t.teardown(() => closeSync(full));
  const place = ['--port', `${daemon.port}`, '--token', token];
  for (const args of [['export', 'sala1', ...place], ['rooms', ...place], ['--help']]) {
    const { status, stderr } = spawnSync(...salasCommand(args), { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
    t.match({ status, stderr }, { status: 1, stderr: /^salas: stdout: ENOSPC[^\n]*\n$/ }, args.join(' '));
  }
});

t.test('an empty room is an empty export, in each form', async (t) => {
  t.equal((await run('vazia')).stdout, '');
  t.equal((await run('vazia', '--format', 'csv')).stdout, 'seq,at,from,text,replyTo,editedAt,deleted\r\n');
  t.match(
    (await run('vazia', '--format', 'html')).stdout,
    /^<!doctype html>[\s\S]*<h1>vazia<\/h1>\n<\/body>\n<\/html>\n$/,
  );
});

t.test('what is wrong with a time or a form is told', async (t) => {
  t.match(await run('sala1', '--since', 'ontem'), { code: 2, stderr: /--since must be a date or a time like/ });
  t.match(await run('sala1', '--format', 'pdf'), { code: 2, stderr: /jsonl/ });
});
