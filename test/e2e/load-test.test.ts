import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { salas } from '../support/salas.js';

const small = ['--clients', '12', '--rate', '60'];

t.test('a daemon that is killed again and again loses, doubles and reorders nothing', async (t) => {
  const html = join(t.testdir(), 'report.html');
  const args = [
    'load-test',
    '--serve',
    ...small,
    '--seconds',
    '7',
    '--chaos',
    '--kill-every',
    '3',
    '--kill-room-every',
    '1',
    '--html',
    html,
    '--json',
  ];
  const { code, stdout, stderr } = await salas(args);
  t.strictSame({ code, stderr }, { code: 0, stderr: '' }, stdout);
  const summary = JSON.parse(stdout);
  t.match(summary, { ok: true, errors: 0, kills: 2, clients: 12, rooms: 3 });
  t.ok(summary.roomKills >= 3 && summary.roomBackMs.maxMs >= summary.roomBackMs.p50Ms);
  t.equal(summary.said + summary.whispered, summary.answered, 'every message was answered');
  t.ok(
    summary.said >= 300 &&
      summary.whispered >= 10 &&
      summary.delivered >= 3 * summary.said &&
      summary.reconnections > 0,
  );
  t.ok(summary.maxPauseMs > 0 && summary.answerMs.p50Ms > 0 && summary.deliveryMs.maxMs >= summary.deliveryMs.p99Ms);
  t.ok(Object.values(summary.violations).every((count) => count === 0));
  const report = readFileSync(html, 'utf8');
  t.equal(report.match(/<svg /g)?.length, 2);
  t.notMatch(report, /NaN|undefined|Infinity/);
});

t.test('people are told the figures of a server that runs, in their language', async (t) => {
  const { port } = await startDaemon(t);
  const args = ['load-test', '--port', String(port), ...small, '--seconds', '1'];
  const { code, stdout, stderr } = await salas(args, { LC_ALL: 'pt_BR.UTF-8' });
  t.strictSame({ code, stderr }, { code: 0, stderr: '' });
  t.match(stdout, /^O QUÊ +VALOR\n/);
  t.match(stdout, /\nnada estava errado\n$/);
});

t.test('the rooms of a server that runs are killed where that is allowed', async (t) => {
  const { port, data } = await startDaemon(t, { args: ['--chaos'] });
  const args = ['load-test', '--port', String(port), ...small, '--seconds', '4', '--json'];
  const { code, stdout, stderr } = await salas([...args, '--chaos', '--data', data, '--kill-room-every', '1']);
  t.strictSame({ code, stderr }, { code: 0, stderr: '' }, stdout);
  t.match(JSON.parse(stdout), { ok: true, kills: 0, roomKills: 3, reconnections: 0 });
});

t.test('what does not answer, or has no such rooms, is told with the exit code', async (t) => {
  const { port } = await startDaemon(t, { rooms: ['outra'] });
  t.match(await salas(['load-test', '--chaos']), { code: 2, stderr: /serve/ });
  t.match(await salas(['load-test', '--port', '1', ...small, '--seconds', '1']), {
    code: 3,
    stderr: /no server answers/,
  });
  t.match(await salas(['load-test', '--port', String(port), ...small, '--seconds', '1']), {
    code: 1,
    stderr: /ROOM_NOT_FOUND/,
  });
});
