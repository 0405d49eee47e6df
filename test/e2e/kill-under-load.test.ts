import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import type { Client } from '../../src/client/client.js';
import { connect } from '../../src/client/connect.js';
import { isAscending } from '../support/ascending.js';
import { startDaemon } from '../support/daemon.js';
import { type Answered, PersistentSender, send } from '../support/persistent-sender.js';
import { seeded } from '../support/seeded.js';
import { until } from '../support/until.js';

const kills = 6;
const rooms = ['sala1', 'sala2', 'sala3'] as const;
const repeatsMax = 200;

t.test('what was answered survives kill -9 under load: once, in order, in the words it was said in', async (t) => {
  const random = seeded(t);
  let daemon = await startDaemon(t, { rooms });
  const { port, data } = daemon;
  const names = ['ana', 'bia', 'caio', 'davi', 'eva', 'fabio'];
  const people = names.map((name) => new PersistentSender(name, port));
  // Each is in two rooms; who sits opposite is in the same two.
  const roomsOf = (i: number) => [rooms[i % 3] as string, rooms[(i + 1) % 3] as string] as const;
  const opposite = (i: number) => people[(i + 3) % people.length] as PersistentSender;
  for (const [i, person] of people.entries()) await person.enter(...roomsOf(i));

  let over = false;
  const talks = people.map((person, i) =>
    person.talk((number) => {
      if (over) return undefined;
      const to = number % 4 === 3 ? opposite(i).userId : undefined;
      return {
        room: roomsOf(i)[to === undefined ? number % 2 : 0] as string,
        to,
        text: `${person.name} ${number} olá`,
      };
    }),
  );
  for (let kill = 1; kill <= kills; kill++) {
    await until('everybody talks again', () => people.every(({ resumed }) => resumed >= kill));
    await delay(random.between(50, 700));
    await daemon.kill();
    daemon = await startDaemon(t, { rooms, data, args: ['--port', String(port)] });
  }
  await until('everybody talks again', () => people.every(({ resumed }) => resumed > kills));
  over = true;
  await Promise.all(talks);

  const answered = people.flatMap((person) => person.answered);
  const lost = answered.filter(({ duplicate }) => duplicate).length;
  t.comment(`${answered.length} messages answered, ${lost} of them stored before a kill that swallowed the answer`);

  const clients = new Map<PersistentSender, Client>();
  const clientOf = (person: PersistentSender) => clients.get(person) as Client;
  for (const person of people) clients.set(person, await connect({ port }));
  for (const person of people) await clientOf(person).call('user.resume', { token: person.token });

  for (const room of rooms) {
    const reader = clientOf(people[roomsOf(0).includes(room) ? 0 : 1] as PersistentSender);
    const log = await wholeHistory((after) => reader.call('room.history', { room, after, limit: 500 }));
    const said = answered.filter((one) => one.to === undefined && one.room === room);
    t.strictSame(
      log.map(({ seq, text }) => ({ seq, text })),
      inOrderOfSeq(said).map(({ seq, text }) => ({ seq, text })),
      `${room} has every answered message once, with its seq and text, and nothing else`,
    );
    t.equal(new Set(log.map(({ text }) => text)).size, log.length, `nothing is twice in ${room}`);
    const heardWrong = people.flatMap((person) =>
      log.filter(({ seq, from, text }) => {
        const push = person.heard.get(room)?.get(seq);
        return push?.method === 'room.message' && (push.params.text !== text || push.params.from !== from);
      }),
    );
    t.strictSame(heardWrong, [], `nobody heard anything in ${room} that is not in its history`);
  }

  for (const [i, person] of people.entries()) {
    const other = opposite(i);
    const history = (reader: PersistentSender) => (after: number) =>
      clientOf(reader).call('private.history', { after, limit: 500 });
    const sent = (await wholeHistory(history(person))).filter(({ from }) => from === person.userId);
    const received = (await wholeHistory(history(other))).filter(({ from }) => from === person.userId);
    const said = person.answered.filter(({ to }) => to !== undefined);
    t.strictSame(
      sent.map(({ seq, text }) => ({ seq, text })),
      inOrderOfSeq(said).map(({ seq, text }) => ({ seq, text })),
      `${person.name} has every private message once that was answered`,
    );
    const texts = sent.map(({ text }) => text);
    t.strictSame(
      received.map(({ text }) => text),
      texts,
      `and ${other.name} has the same in the same order`,
    );
    t.ok(isAscending(inOrderOfSeq(said).map(numberOf)), 'which is the order in which they were said');
    for (const room of roomsOf(i)) {
      const inRoom = inOrderOfSeq(person.answered.filter((one) => one.to === undefined && one.room === room));
      t.ok(isAscending(inRoom.map(numberOf)), `${person.name}'s messages to ${room} kept their order`);
    }

    const repeated = Array.from({ length: repeatsMax }, () => random.pick(person.answered));
    const answers = await Promise.all(repeated.map((intent) => send(clientOf(person), intent)));
    t.strictSame(
      answers.map(({ seq, duplicate }) => ({ seq, duplicate })),
      repeated.map(({ seq }) => ({ seq, duplicate: true })),
      `what ${person.name} says again is known to have been said`,
    );
  }
  for (const client of clients.values()) await client.close();
});

interface Page {
  readonly messages: readonly { readonly seq: number; readonly from: string; readonly text: string }[];
  readonly more: boolean;
}

async function wholeHistory(pageAfter: (after: number) => Promise<Page>): Promise<Page['messages']> {
  const all: Page['messages'][number][] = [];
  for (let more = true; more; ) {
    const page = await pageAfter(all.at(-1)?.seq ?? 0);
    all.push(...page.messages);
    more = page.more;
  }
  return all;
}

function inOrderOfSeq(messages: readonly Answered[]): Answered[] {
  return messages.toSorted((one, other) => one.seq - other.seq);
}

/** As how manieth its sender said it. */
function numberOf({ clientMsgId }: Answered): number {
  return Number(clientMsgId.slice(clientMsgId.lastIndexOf('-') + 1));
}
