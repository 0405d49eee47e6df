import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import { type Daemon, type DaemonOptions, startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { parseMetrics, type Scrape } from '../support/prometheus.js';
import { salas } from '../support/salas.js';
import { until } from '../support/until.js';
import { enter, enterInText } from '../support/visitors.js';

interface Monitored extends Daemon {
  readonly url: string;
  scrape(): Promise<Scrape>;
}

async function startMonitored(t: Test, { args = [], ...options }: DaemonOptions = {}): Promise<Monitored> {
  const daemon = await startDaemon(t, { ...options, args: ['--metrics-port', '0', ...args] });
  await until('it tells its port', () => daemon.log().includes('"metricsPort"'));
  const url = `http://127.0.0.1:${/"metricsPort":(\d+)/.exec(daemon.log())?.[1]}`;
  return { ...daemon, url, scrape: async () => parseMetrics(await (await fetch(`${url}/metrics`)).text()) };
}

/** By how much a series has grown. */
function growth(before: Scrape, after: Scrape, series: string): number {
  return (after.get(series) ?? 0) - (before.get(series) ?? 0);
}

const calls = (method: string) => `salas_call_duration_seconds_count{method="${method}"}`;
const refusals = (code: string) => `salas_refusals_total{code="${code}"}`;
const commits = (actor: string) => `salas_commit_duration_seconds_count{actor="${actor}"}`;
const deliveries = 'salas_deliveries_total';

t.test('what Prometheus is told is as it wants it, after every kind of thing has happened', async (t) => {
  const daemon = await startMonitored(t);
  const { client } = await enter(t, daemon, 'ana', 'sala1');
  await client.call('room.send', { room: 'sala1', text: 'segredo' });
  await client.call('room.create', { room: 'São-João' });
  await client.refusal('room.join', { room: 'nenhures' });
  const response = await fetch(`${daemon.url}/metrics`);
  t.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const metrics = await response.text();
  const scrape = parseMetrics(metrics);
  for (const series of [
    ...['salas_connections', 'salas_users', 'salas_rooms', deliveries, refusals('ROOM_NOT_FOUND')],
    ...[calls('room.send'), commits('room'), commits('supervisor'), 'process_resident_memory_bytes'],
  ]) {
    t.ok((scrape.get(series) ?? 0) > 0, series);
  }
  for (const actor of ['actor="supervisor"', 'actor="room",room="sala1"', 'actor="room",room="São-João"']) {
    t.equal(scrape.get(`salas_mailbox_commands{${actor}}`), 0, actor);
  }
  t.notMatch(metrics, /ana|segredo/, 'of what people say, and of who they are, nothing is told');
});

const withoutPromtool = spawnSync('promtool', ['--version']).error && 'promtool is not installed (Debian: prometheus)';

t.test('promtool has nothing to say about it', { skip: withoutPromtool ?? false }, async (t) => {
  const daemon = await startMonitored(t);
  const { client } = await enter(t, daemon, 'ana', 'sala1');
  await client.refusal('room.join', { room: 'nenhures' });
  const input = await (await fetch(`${daemon.url}/metrics`)).text();
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  t.strictSame({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
});

t.test('what does not fit the format is found by the parser of these tests', async (t) => {
  const gauge = '# HELP a b\n# TYPE a gauge\n';
  t.equal(parseMetrics(`${gauge}a{x="\\"\\\\\\n"} 1\n`).size, 1);
  for (const wrong of [
    'a 1\n',
    `${gauge}a 1`,
    `${gauge}a one\n`,
    `${gauge}a{x=1} 1\n`,
    `${gauge}a 1\na 2\n`,
    `${gauge}b 1\n`,
    `${gauge}${gauge}`,
    '# HELP a b\n# TYPE a counter\na 1\n',
    '# HELP a_total b\n# TYPE a_total gauge\na_total 1\n',
    '# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\n',
  ]) {
    t.throws(() => parseMetrics(wrong), wrong);
  }
});

t.test('counts are those of what happened, to the last one', async (t) => {
  const daemon = await startMonitored(t);
  const ana = await enter(t, daemon, 'ana', 'sala1');
  const bia = await enter(t, daemon, 'bia', 'sala1');
  const caio = await enterInText(t, daemon, 'caio', 'sala1');
  const before = await daemon.scrape();
  for (let i = 0; i < 10; i++) await ana.client.call('room.send', { room: 'sala1', text: `${i}` });
  await bia.client.call('private.send', { room: 'sala1', to: caio.userId, text: 'psst' });
  t.match(await caio.client.say('oi'), /^\+OK/);
  t.match(await caio.client.say('/join nenhures'), /^-ROOM_NOT_FOUND/);
  t.match(await caio.client.say('/danca'), /^-METHOD_NOT_FOUND/);
  t.match(await bia.client.refusal('room.join', { room: 'nenhures' }), { code: 'ROOM_NOT_FOUND' });
  t.match(await bia.client.refusal('room.join', { room: 7 }), { code: 'INVALID_PARAMS' });
  bia.client.send('{', '[1]', JSON.stringify({ jsonrpc: '2.0', method: 'dance' }));
  bia.client.send('x'.repeat(20_000));
  await bia.client.call('ping');
  // Who says nothing is welcomed after a while, and counted from then on.
  await (await LineClient.connect(t, daemon)).nextComment();
  const after = await daemon.scrape();
  const grown = (series: string) => growth(before, after, series);

  t.equal(grown(calls('room.send')), 11);
  t.equal(grown(calls('private.send')), 1);
  t.equal(grown(commits('room')), 11, 'each was a commit of its own, and a refusal is none');
  t.equal(grown('salas_commit_duration_seconds_sum{actor="room"}') > 0, true);
  t.equal(grown(deliveries), 10 * 3 + 2 + 2, 'who writes text is not sent their own');
  t.equal(grown(refusals('ROOM_NOT_FOUND')), 2, 'in both dialects');
  t.equal(grown(refusals('METHOD_NOT_FOUND')), 2, 'also where nobody is answered');
  t.equal(grown(refusals('INVALID_PARAMS')), 1);
  t.equal(grown(refusals('PARSE_ERROR')), 1);
  t.equal(grown(refusals('INVALID_REQUEST')), 1);
  t.equal(grown(refusals('LINE_TOO_LONG')), 1);
  t.equal(grown('salas_connections_accepted_total'), 1);
  t.equal(after.get('salas_connections'), 4);
  t.equal(after.get('salas_users'), 3);
});

t.test('the load test and the metrics count the same', async (t) => {
  const daemon = await startMonitored(t);
  const before = await daemon.scrape();
  const [clients, rooms] = [12, 3];
  const load = ['--clients', `${clients}`, '--rooms', `${rooms}`, '--rate', '200', '--seconds', '2', '--json'];
  const { code, stdout } = await salas(['load-test', '--port', `${daemon.port}`, ...load]);
  t.equal(code, 0, stdout);
  const { said, whispered, delivered, answered, errors } = JSON.parse(stdout);
  const after = await daemon.scrape();
  const grown = (series: string) => growth(before, after, series);
  t.ok(said > 300 && whispered > 10 && errors === 0);
  t.equal(grown(calls('room.send')), said);
  t.equal(grown(calls('private.send')), whispered);
  t.equal(grown(calls('room.send')) + grown(calls('private.send')), answered);
  t.equal([...after.keys()].filter((series) => series.startsWith('salas_refusals_total')).length, 0);
  // Beside what was said, everybody was told of those who came and went while they were there.
  const inRoom = clients / rooms;
  const comingAndGoing = grown(deliveries) - delivered - 2 * whispered;
  t.ok(comingAndGoing >= clients && comingAndGoing <= rooms * inRoom * (inRoom + 1), `${comingAndGoing}`);
  t.equal(grown('salas_connections_accepted_total'), clients);
});

t.test('a reader that reads no more lags, and no longer when it goes on', async (t) => {
  const daemon = await startMonitored(t);
  const ana = await enter(t, daemon, 'ana', 'sala1');
  const slow = connect(daemon.port, daemon.host);
  t.teardown(() => slow.destroy());
  const hello = ['user.register', { name: 'lento' }, 'room.join', { room: 'sala1' }];
  for (let i = 0; i < hello.length; i += 2) {
    slow.write(`${JSON.stringify({ jsonrpc: '2.0', id: i, method: hello[i], params: hello[i + 1] })}\n`);
  }
  await ana.client.nextPush('room.joined');
  slow.pause();
  const lag = async () => (await daemon.scrape()).get('salas_cursor_lag_events') as number;
  await until('the reader lags', async () => {
    const ids = Array.from({ length: 200 }, () =>
      ana.client.ask('room.send', { room: 'sala1', text: 'x'.repeat(8000) }),
    );
    for (const id of ids) await ana.client.nextReply(id);
    return (await lag()) > 0;
  });
  t.equal((await daemon.scrape()).get('salas_cursors_lagging'), 1);
  slow.resume();
  await until('the reader is level', async () => (await lag()) === 0);
  t.equal((await daemon.scrape()).get('salas_cursors_lagging'), 0);
});

t.test('it is ready while rooms are open and it does not drain, and alive all the time', async (t) => {
  const daemon = await startMonitored(t, { args: ['--chaos', '--drain-seconds', '3'] });
  const get = async (path: string) => {
    const response = await fetch(daemon.url + path);
    return [response.status, await response.text()];
  };
  t.strictSame(await get('/healthz'), [200, 'alive\n']);
  t.strictSame(await get('/readyz?verbose'), [200, 'ready\n']);
  const fault = (...args: string[]) => salas(['admin', 'chaos', ...args, '--data', daemon.data]);
  // After so many deaths a room waits before it is opened again.
  const { client } = await enter(t, daemon, 'ana', 'sala2');
  for (let deaths = 0; deaths < 6; deaths++) {
    await until('the room is there', async () => 'result' in (await client.request('room.members', { room: 'sala1' })));
    t.match(await fault('crash-room', 'sala1'), { code: 0 });
    await until('the death is known', () => daemon.log().split('a room thread died').length > deaths + 1);
  }
  t.strictSame(await get('/readyz'), [503, 'the room sala1 is not open\n']);
  t.equal((await get('/healthz'))[0], 200);
  await until('the room is open again', async () => (await get('/readyz'))[0] === 200);
  t.ok(((await daemon.scrape()).get('salas_restarts_total{actor="room"}') as number) >= 6);
  await fault('crash-supervisor');
  await until('the supervisor is there again', async () => {
    const supervisor = (await daemon.scrape()).get('salas_restarts_total{actor="supervisor"}');
    return supervisor === 1 && (await get('/readyz'))[0] === 200;
  });

  await fault('hang-room', 'sala1');
  const hung = await daemon.scrape();
  t.equal(hung.get('salas_rooms'), 3, 'a room that hangs holds nobody up who asks');
  client.ask('room.members', { room: 'sala1' });
  daemon.process.kill('SIGTERM');
  await until('it drains', async () => (await get('/readyz'))[0] === 503);
  t.match(await get('/readyz'), [503, /^draining\n/]);
  t.equal((await get('/healthz'))[0], 200);
  await daemon.stop();
});

t.test('whatever else is asked is refused, and who asks for nothing is let go', async (t) => {
  const daemon = await startMonitored(t);
  t.match(await fetch(`${daemon.url}/`), { status: 404 });
  t.match(await fetch(`${daemon.url}/metrics/x`), { status: 404 });
  t.match(await fetch(`${daemon.url}/metrics`, { method: 'HEAD' }), { status: 200 });
  for (const method of ['POST', 'PUT', 'DELETE']) {
    const response = await fetch(`${daemon.url}/metrics`, { method, body: method === 'DELETE' ? null : 'x' });
    t.equal(response.status, 405);
    t.equal(response.headers.get('allow'), 'GET, HEAD');
  }
  const port = Number(new URL(daemon.url).port);
  const raw = (bytes: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      let answer = '';
      socket.on('data', (data) => {
        answer += data;
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(answer));
    });
  t.match(await raw('garbage\r\n\r\n'), /^HTTP\/1.1 400/);
  t.match(await raw(`GET / HTTP/1.1\r\nx: ${'y'.repeat(10_000)}\r\n\r\n`), /^HTTP\/1.1 431/);
  const silent = Array.from({ length: 16 }, () => connect(port, '127.0.0.1'));
  t.teardown(() => {
    for (const socket of silent) socket.destroy();
  });
  const closed = Promise.all(silent.map((socket) => new Promise((resolve) => socket.resume().once('close', resolve))));
  await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  t.equal(await raw('GET /healthz HTTP/1.1\r\n\r\n'), '', 'more connections than may be are closed');
  await closed;
  t.match(await fetch(`${daemon.url}/healthz`), { status: 200 });
  t.match(await salas(['rooms', '--port', String(daemon.port)]), { code: 0 });
});

t.test('a port that cannot be had ends the start with one line', async (t) => {
  const daemon = await startMonitored(t);
  const { port } = new URL(daemon.url);
  t.match(await salas(['serve', '--port', '0', '--data', `${t.testdir()}/d`, '--metrics-port', port]), {
    code: 1,
    stdout: '',
    stderr: `salas: cannot listen on 127.0.0.1:${port}: the port is in use; stop what uses it, or choose another --metrics-port\n`,
  });
});
