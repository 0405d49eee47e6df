import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { enterInText, gather, registerInText } from '../support/visitors.js';

const daemon = await startDaemon(t);

t.test('every kind of push is one line', async (t) => {
  const [ana] = await gather(t, daemon, 'vista', 'ana');
  const bia = await enterInText(t, daemon, 'bia', 'vista');
  await ana.client.nextPush('room.joined');
  await ana.client.call('room.send', { room: 'vista', text: 'oi' });
  t.equal(await bia.client.next(), `[vista #4] ${ana.userId}: oi`);
  await ana.client.call('private.send', { room: 'vista', to: bia.userId, text: 'psst' });
  t.equal(await bia.client.next(), `[vista private #1] ${ana.userId} -> ${bia.userId}: psst`);
  await ana.client.call('room.topic', { room: 'vista', topic: 'a "nova"' });
  t.equal(await bia.client.next(), `[vista #5] * ${ana.userId} changed the topic to: a "nova"`);
  const caio = await registerInText(t, daemon, 'caio');
  t.equal(await caio.client.say('/join vista'), '+OK vista #6 a "nova"');
  t.equal(await bia.client.next(), `[vista #6] * ${caio.userId} joined`);
  await caio.client.say('/leave');
  t.equal(await bia.client.next(), `[vista #7] * ${caio.userId} left`);
  await ana.client.call('user.quit');
  t.equal(await bia.client.next(), `[vista #8] * ${ana.userId} left (quit)`);
  const again = await LineClient.connect(t, daemon);
  t.equal(await again.say(`/resume ${bia.token} vista@0`), `+OK ${bia.userId} vista@8 resumed inbox@1`);
  t.equal(await again.next(), `[vista #1] * ${ana.userId} created the room`);
  t.equal(await again.next(), `[vista #2] * ${ana.userId} joined`);
});

t.test('one’s own messages are not pushed to a text connection, but to one’s others', async (t) => {
  const room = 'minhas';
  const [bia] = await gather(t, daemon, room, 'bia');
  const ana = await enterInText(t, daemon, 'ana', room);
  await bia.client.nextPush('room.joined');
  const inJson = await LineClient.connect(t, daemon);
  await inJson.call('user.resume', { token: ana.token });
  const inText = await LineClient.connect(t, daemon);
  await inText.say(`/resume ${ana.token}`);
  t.equal(await ana.client.say('oi'), '+OK #4');
  t.equal(await ana.client.say(`/msg ${bia.userId} psst`), '+OK #1');
  t.strictSame(await ana.client.soFarInText(), []);
  t.match(await inJson.nextPush('room.message'), { seq: 4, from: ana.userId, text: 'oi' });
  t.match(await inJson.nextPush('private.message'), { seq: 1, from: ana.userId });
  t.equal(await inText.next(), `[${room} #4] ${ana.userId}: oi`);
  t.equal(await inText.next(), `[${room} private #1] ${ana.userId} -> ${bia.userId}: psst`);
  await bia.client.call('room.send', { room, text: 'fim' });
  t.equal(await ana.client.next(), `[${room} #5] ${bia.userId}: fim`);
});

t.test('of messages in one breath those of others come all, and one’s own not at all', async (t) => {
  const room = 'conversa';
  const [bia] = await gather(t, daemon, room, 'bia');
  const ana = await enterInText(t, daemon, 'ana', room);
  const total = 300;
  for (let i = 0; i < total; i++) {
    ana.client.send(`da ana ${i}`);
    bia.client.notify('room.send', { room, text: `da bia ${i}` });
  }
  const replies: number[] = [];
  const pushes: string[] = [];
  while (replies.length + pushes.length < 2 * total) {
    const line = await ana.client.next();
    const seq = /^\+OK #(\d+)$/.exec(line)?.[1];
    if (seq === undefined) pushes.push(line.replace(/^\[conversa #\d+\] /, ''));
    else replies.push(Number(seq));
  }
  const expected = Array.from({ length: total }, (_, i) => `${bia.userId}: da bia ${i}`);
  t.strictSame(pushes, expected);
  t.strictSame(
    replies,
    [...replies].sort((a, b) => a - b),
  );
  t.strictSame(await ana.client.soFarInText(), []);
});

t.test('pushes are text until the first line of JSON, and JSON from then on', async (t) => {
  const room = 'troca';
  const [bia] = await gather(t, daemon, room, 'bia');
  const { client, userId } = await enterInText(t, daemon, 'ana', room);
  const say = async (text: string) => (await bia.client.call('room.send', { room, text })).seq;
  await say('um');
  t.equal(await client.next(), `[${room} #4] ${bia.userId}: um`);
  await client.call('ping');
  await say('dois');
  t.match(await client.nextPush('room.message'), { seq: 5, text: 'dois' });
  t.equal(await client.say('/me'), `+OK ${userId} ${room}`);
  await say('tres');
  t.match(await client.nextPush('room.message'), { text: 'tres' }, 'text in between changes nothing');
  t.equal(await client.say('minha'), '+OK #7');
  t.match(await client.nextPush('room.message'), { text: 'minha' }, 'and one’s own are pushed as well');
});

t.test('/mode overrides', async (t) => {
  const room = 'modo';
  const [bia] = await gather(t, daemon, room, 'bia');
  const { client } = await enterInText(t, daemon, 'ana', room);
  const say = (text: string) => bia.client.call('room.send', { room, text });
  t.equal(await client.say('/mode json'), '+OK json');
  await say('um');
  t.match(await client.nextPush('room.message'), { text: 'um' });
  t.equal(await client.say('/mode'), '+OK json');
  t.equal(await client.say('/mode text'), '+OK text');
  await client.call('ping');
  await say('dois');
  t.equal(await client.next(), `[${room} #5] ${bia.userId}: dois`, 'also after a line of JSON');
  const { seq } = await client.call('room.send', { room, text: 'minha' });
  t.equal(seq, 6);
  t.strictSame((await client.soFar()).length, 0, 'a text connection is not pushed its own');
});

t.test('a push never splits a reply', async (t) => {
  const room = 'ruído';
  const [bia] = await gather(t, daemon, room, 'bia');
  const { client } = await enterInText(t, daemon, 'ana', room);
  const quiet = await client.list('/help');
  const total = 1000;
  for (let i = 0; i < total; i++) bia.client.notify('room.send', { room, text: `${i}` });
  let pushed = 0;
  for (let lists = 0; lists < 20 || pushed < total; lists++) {
    client.send(lists % 2 === 0 ? '/help' : '/history 40');
    let line = await client.next();
    for (; line.startsWith('['); line = await client.next()) pushed++;
    const count = Number(line.replace('+OK ', ''));
    const lines: string[] = [];
    while (lines.length < count) lines.push(await client.next());
    if (lists % 2 === 0) {
      t.strictSame(lines, quiet);
    } else {
      const seqs = lines.map((one) => Number(/^\[ruído #(\d+)\] bia#\d+: \d+$/.exec(one)?.[1]));
      t.strictSame(
        seqs,
        seqs.map((_, i) => (seqs[0] as number) + i),
      );
    }
  }
  t.equal(pushed, total);
});
