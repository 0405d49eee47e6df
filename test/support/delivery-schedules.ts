import fc from 'fast-check';
import type { RoomCommand } from '../../src/actors/room/decisions.js';
import type { Dialect } from '../../src/protocol/events.js';
import type { UserId } from '../../src/protocol/names.js';
import type { Caller } from './crashing-room.js';
import type { CrashPoint } from './faulty-disk.js';
import { ana, bia, caio, davi, eva } from './people.js';

/** What can happen between a room and its users, a step at a time. */
export type Step =
  /** Calls made in one turn of the event loop. */
  | { readonly type: 'call'; readonly commands: readonly RoomCommand[] }
  /** The supervisor has users leave whose identities are over. */
  | { readonly type: 'expire'; readonly users: readonly UserId[] }
  /** The next batch of a caller is decided, and dies on its way to the disk where that is said. */
  | { readonly type: 'decide'; readonly caller: Caller; readonly crashAt?: CrashPoint }
  /** All batches that wait are decided, and not answered yet. */
  | { readonly type: 'decide-all' }
  | { readonly type: 'answer'; readonly caller: Caller }
  | { readonly type: 'connect'; readonly caller: Caller }
  | { readonly type: 'die' }
  /** All that waits anywhere moves on. */
  | { readonly type: 'flow' }
  | { readonly type: 'disk'; readonly fullAt: 'write' | 'commit' | undefined }
  | { readonly type: 'clock'; readonly ms: number }
  /** Pages being read from the store arrive, or fail. */
  | { readonly type: 'pages'; readonly fail: boolean }
  /** What waits to be tried again is. */
  | { readonly type: 'retry' }
  /** A client's socket has room for so many more writes. */
  | { readonly type: 'take'; readonly user: UserId; readonly writes: number }
  | { readonly type: 'dialect'; readonly user: UserId; readonly dialect: Dialect }
  | { readonly type: 'disconnect'; readonly user: UserId }
  | { readonly type: 'resume'; readonly user: UserId };

/** Plain objects, as cross threads. */
function record<T>(model: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const client = fc.constantFrom(ana, bia, caio);
/** Users without connections. */
const gone = fc.constantFrom(davi, eva);
const anybody = fc.oneof(client, gone);
const text = fc.constantFrom('oi', 'olá');
/** Of a message, if it is one. */
const target = fc.integer({ min: 3, max: 8 });
const caller = fc.constantFrom<Caller>('gateway', 'gateway', 'gateway', 'supervisor');

const command: fc.Arbitrary<RoomCommand> = fc.oneof(
  { weight: 4, arbitrary: record({ type: fc.constant('join'), user: anybody }) },
  { weight: 2, arbitrary: record({ type: fc.constant('leave'), user: client }) },
  { weight: 4, arbitrary: record({ type: fc.constant('send'), user: client, text }) },
  {
    weight: 4,
    arbitrary: record({ type: fc.constant('send'), user: client, text, clientMsgId: fc.constantFrom('x', 'y') }),
  },
  { weight: 2, arbitrary: record({ type: fc.constant('reply'), user: client, text, replyTo: target }) },
  { weight: 2, arbitrary: record({ type: fc.constant('edit'), user: client, target, text }) },
  { weight: 2, arbitrary: record({ type: fc.constant('delete'), user: client, target }) },
  {
    weight: 2,
    arbitrary: record({
      type: fc.constant('react'),
      user: client,
      target,
      reaction: fc.constantFrom('👍', '🎉'),
      on: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: record({ type: fc.constant('change-topic'), user: client, topic: text }) },
  { weight: 1, arbitrary: record({ type: fc.constant('read'), user: anybody }) },
  { weight: 1, arbitrary: record({ type: fc.constant('list-members'), user: anybody }) },
);

const crashAt: fc.Arbitrary<CrashPoint> = fc.oneof(
  record({ in: fc.constant('begin') }),
  record({ in: fc.constant('writing'), after: fc.integer({ min: 1, max: 4 }) }),
  record({ in: fc.constant('commit'), when: fc.constantFrom('before', 'after') }),
  record({
    in: fc.constant('commit'),
    when: fc.constant('halfway'),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
);

const dayMs = 24 * 60 * 60 * 1000;
// A clock that goes on, jumps back, or jumps over the memory of a clientMsgId.
const ms = fc.oneof(fc.nat(1000), fc.integer({ min: -5000, max: 0 }), fc.constantFrom(dayMs, dayMs + 1));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: record({
      type: fc.constant('call'),
      commands: fc.array(command, { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 2, arbitrary: record({ type: fc.constant('expire'), users: fc.subarray([davi, eva], { minLength: 1 }) }) },
  { weight: 6, arbitrary: record({ type: fc.constant('decide'), caller }) },
  { weight: 3, arbitrary: record({ type: fc.constant('decide'), caller, crashAt }) },
  { weight: 2, arbitrary: record({ type: fc.constant('decide-all') }) },
  { weight: 5, arbitrary: record({ type: fc.constant('answer'), caller }) },
  { weight: 5, arbitrary: record({ type: fc.constant('connect'), caller }) },
  { weight: 2, arbitrary: record({ type: fc.constant('die') }) },
  { weight: 2, arbitrary: record({ type: fc.constant('flow') }) },
  {
    weight: 2,
    arbitrary: record({
      type: fc.constant('disk'),
      fullAt: fc.constantFrom('write', 'commit', undefined, undefined),
    }),
  },
  { weight: 2, arbitrary: record({ type: fc.constant('clock'), ms }) },
  { weight: 3, arbitrary: record({ type: fc.constant('pages'), fail: fc.boolean() }) },
  { weight: 1, arbitrary: record({ type: fc.constant('retry') }) },
  { weight: 4, arbitrary: record({ type: fc.constant('take'), user: client, writes: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: record({ type: fc.constant('dialect'), user: client, dialect: fc.constantFrom('json', 'text') }),
  },
  { weight: 1, arbitrary: record({ type: fc.constant('disconnect'), user: client }) },
  { weight: 2, arbitrary: record({ type: fc.constant('resume'), user: client }) },
) as fc.Arbitrary<Step>;

/** What happens, and to which room: one whose batches hold so many commands, and whose ring so many bytes. */
export interface Schedule {
  readonly commandBatchMax: number;
  readonly ringBytes: number;
  readonly steps: readonly Step[];
}

const company: readonly Step[] = [
  { type: 'call', commands: [bia, davi, eva].map((user) => ({ type: 'join', user })) },
  { type: 'flow' },
];

/** Begins in a room without others than its owner, or with some. */
const beginnings = fc.constantFrom<readonly Step[]>([], company);

export const deliverySchedules: fc.Arbitrary<Schedule> = record({
  commandBatchMax: fc.constantFrom(1, 3),
  ringBytes: fc.constantFrom(0, 200, 4000),
  steps: fc
    .tuple(beginnings, fc.array(step, { maxLength: 60, size: 'max' }))
    .map(([beginning, rest]) => [...beginning, ...rest]),
});

const say = (...texts: readonly string[]): Step => ({
  type: 'call',
  commands: texts.map((text) => ({ type: 'send', user: ana, text })),
});

/** What chance seldom comes upon, and what once went wrong. */
export const rareSchedules: readonly Schedule[] = [
  // What was done before the room died is asked for again when the disk is full.
  {
    commandBatchMax: 3,
    ringBytes: 200,
    steps: [
      say('oi'),
      say('olá'),
      { type: 'decide', caller: 'gateway', crashAt: { in: 'commit', when: 'after' } },
      { type: 'disk', fullAt: 'commit' },
      { type: 'flow' },
    ],
  },
  // Others have filled the log behind what was done before the room died.
  {
    commandBatchMax: 1,
    ringBytes: 200,
    steps: [
      ...company,
      say('oi', 'olá'),
      { type: 'expire', users: [davi, eva] },
      { type: 'decide-all' },
      { type: 'die' },
    ],
  },
  // A reader wants to be told otherwise while a page is read for it.
  {
    commandBatchMax: 3,
    ringBytes: 0,
    steps: [
      { type: 'call', commands: [{ type: 'join', user: ana }] },
      { type: 'flow' },
      { type: 'take', user: ana, writes: 0 },
      say('oi'),
      { type: 'flow' },
      { type: 'take', user: ana, writes: 5 },
      { type: 'dialect', user: ana, dialect: 'text' },
      { type: 'pages', fail: false },
    ],
  },
  // A frame is dropped that the gateway did not ask for in time.
  {
    commandBatchMax: 1,
    ringBytes: 4000,
    steps: [
      { type: 'call', commands: [{ type: 'join', user: ana }] },
      ...company,
      say('oi', 'olá', 'tchau'),
      { type: 'expire', users: [davi, eva] },
      { type: 'decide-all' },
      { type: 'answer', caller: 'gateway' },
      { type: 'flow' },
    ],
  },
];
