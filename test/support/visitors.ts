import { connect } from 'node:net';
import type { Test } from 'tap';
import { type Address, LineClient } from './line-client.js';

/** Somebody registered, with the connection that did it. */
export interface Person {
  readonly client: LineClient;
  readonly userId: string;
  readonly token: string;
}

/** Connects and registers, as a program does. */
export async function register(t: Test, daemon: Address, name: string): Promise<Person> {
  const client = await LineClient.connect(t, daemon);
  const { userId, token } = await client.call('user.register', { name });
  return { client, userId, token };
}

/** Connects, registers and joins rooms, in that order; the pushes that tell of it are taken. */
export async function enter(t: Test, daemon: Address, name: string, ...rooms: readonly string[]): Promise<Person> {
  const person = await register(t, daemon, name);
  for (const room of rooms) {
    await person.client.call('room.join', { room });
    await person.client.nextPush('room.joined');
  }
  return person;
}

/**
 * Somebody who makes a new room, and others who join it, one after the other. All pushes that tell of it are taken.
 */
export async function gather<Names extends readonly string[]>(
  t: Test,
  daemon: Address,
  room: string,
  ...names: Names
): Promise<{ [I in keyof Names]: Person }> {
  const people: Person[] = [];
  for (const name of names) {
    const person = await register(t, daemon, name);
    if (people.length === 0) await person.client.call('room.create', { room });
    else await person.client.call('room.join', { room });
    people.push(person);
    for (const { client } of people) await client.nextPush('room.joined');
  }
  return people as { [I in keyof Names]: Person };
}

/** Connects and registers in text, as a person does. */
export async function registerInText(t: Test, daemon: Address, name: string): Promise<Person> {
  const client = await LineClient.connect(t, daemon);
  const answer = await client.say(`/register ${name}`);
  const [, userId, token] = /^\+OK (\S+) token (\S+)$/.exec(answer) ?? [];
  if (userId === undefined || token === undefined) throw new Error(`/register was answered ${answer}`);
  return { client, userId, token };
}

/** As {@link registerInText}, then joins rooms; the pushes that tell of it are taken. */
export async function enterInText(
  t: Test,
  daemon: Address,
  name: string,
  ...rooms: readonly string[]
): Promise<Person> {
  const person = await registerInText(t, daemon, name);
  for (const room of rooms) {
    const answer = await person.client.say(`/join ${room}`);
    if (!answer.startsWith('+OK ')) throw new Error(`/join ${room} was answered ${answer}`);
    await person.client.next();
  }
  return person;
}

/** A client that hears nothing and never goes, so that a drain has to wait. */
export async function deafClient(t: Test, { host, port }: Address): Promise<void> {
  const deaf = connect({ host, port, allowHalfOpen: true });
  t.teardown(() => void deaf.destroy());
  deaf.on('error', () => undefined);
  deaf.write('/ping\n');
  await new Promise((resolve) => deaf.once('data', resolve));
}
