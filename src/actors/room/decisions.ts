import type { LeaveReason, Role, RoomEvent } from '../../protocol/events.js';
import type { Limits } from '../../protocol/limits.js';
import type { RoomName, UserId } from '../../protocol/names.js';
import { isRefusal, type Refusal, refusals } from '../../protocol/refusals.js';
import { amend, isDeleted, type MessageCommand } from './messages.js';
import {
  applyModeration,
  type Fact,
  isHidden,
  type ModerationCommand,
  moderate,
  noteSpoken,
  outsider,
  type Standings,
  silenced,
} from './moderation.js';

/** What a room decides on, and all it decides: no threads, no disk, no clock. */
export interface RoomState {
  readonly room: RoomName;
  epoch: string;
  /** The last event's `seq` and time; 0 before the first. */
  head: number;
  at: number;
  topic: string;
  /** Of the events up to this one only acts of moderation are kept. */
  floor: number;
  readonly members: Map<UserId, Member>;
  /** Whether only members and the invited may know of the room; its name says so. */
  private: boolean;
  closed: boolean;
  readonly standings: Standings;
  /** Seconds between two messages of one member; 0 where there need be none. */
  slowModeSeconds: number;
  /** In slow mode: when each said or edited something last, the eldest first. */
  readonly spoke: Map<UserId, number>;
}

export interface Member {
  readonly role: Role;
  /** The `seq` of the event with which the user joined. */
  readonly since: number;
}

export type RoomCommand =
  | {
      readonly type: 'create';
      readonly by: string;
      readonly topic: string;
      readonly epoch: string;
      /** Whether the room is only for members and the invited. */
      readonly private?: boolean | undefined;
    }
  | { readonly type: 'join'; readonly user: UserId }
  | { readonly type: 'leave'; readonly user: UserId; readonly reason?: LeaveReason }
  | { readonly type: 'send'; readonly user: UserId; readonly text: string; readonly clientMsgId?: string | undefined }
  /** A message that answers the message `replyTo`. */
  | {
      readonly type: 'reply';
      readonly user: UserId;
      readonly text: string;
      readonly clientMsgId?: string | undefined;
      readonly replyTo: number;
    }
  | MessageCommand
  | { readonly type: 'change-topic'; readonly user: UserId; readonly topic: string }
  /** May this user read here, and how far does the log go? */
  | { readonly type: 'read'; readonly user: UserId }
  | { readonly type: 'list-members'; readonly user: UserId }
  /** May one user write to another in this room? */
  | { readonly type: 'vouch'; readonly from: UserId; readonly to: string }
  /** Nobody needs the events up to this one any more. */
  | { readonly type: 'prune'; readonly upTo: number }
  | ModerationCommand;

export type RoomReply =
  | { readonly type: 'done'; readonly seq: number }
  | {
      readonly type: 'joined';
      readonly seq: number;
      /** Where the member's own `joined` event is. */
      readonly since: number;
      readonly topic: string;
      readonly members: MemberList;
    }
  | { readonly type: 'sent'; readonly seq: number; readonly at: number; readonly duplicate: boolean }
  /** `since`: where the member's own `joined` event is. */
  | { readonly type: 'readable'; readonly head: number; readonly since: number }
  | { readonly type: 'members'; readonly head: number; readonly members: MemberList }
  | { readonly type: 'vouched' }
  | { readonly type: 'pruned'; readonly floor: number };

export type MemberList = readonly { readonly user: UserId; readonly role: Role }[];

/** What the room looks up in its log, rather than keep it in memory. */
export interface RoomMemory {
  /** The user's message with this id, if it is not older than `since`. */
  findMessage(user: UserId, clientMsgId: string, since: number): Sent | undefined;
  /** The message with this `seq` as it is now; undefined where that is none. */
  message(seq: number): { readonly user: UserId; readonly text: string } | undefined;
  hasReacted(seq: number, user: UserId, reaction: string): boolean;
  /** The different reactions to a message. */
  reactionsTo(seq: number): readonly string[];
}

/** What an earlier command did. */
export interface Done {
  readonly seq: number;
  readonly at: number;
}

/** A message that was sent, as far as its repetition takes. */
export interface Sent extends Done {
  readonly text: string;
  readonly replyTo: number | undefined;
  /** Whether it was edited or deleted since: then what it said at first is not known any more. */
  readonly changed: boolean;
}

export interface Decision {
  readonly events: readonly RoomEvent[];
  readonly outcome: RoomReply | Refusal;
  /** The log's new floor, where it is to be pruned. */
  readonly floor?: number;
}

const nothing: readonly RoomEvent[] = [];
/** Events pruned in one transaction: those who talk wait no longer than for a few milliseconds. */
export const pruneEventsMax = 500;

/** The state of a room without events. */
export function emptyRoom(room: RoomName): RoomState {
  return {
    ...{ room, epoch: '', head: 0, at: 0, topic: '', floor: 0, members: new Map() },
    ...{ private: false, closed: false, slowModeSeconds: 0, spoke: new Map() },
    standings: { banned: new Map(), muted: new Map(), invited: new Map() },
  };
}

/**
 * What `command` leads to, at time `at` (Unix ms). Events carry the next seqs, and times that never run backwards.
 *
 * `done` is what this very command did before its thread died, if it did: then nothing happens again, and the
 * outcome is the one that was lost.
 */
export function decide(
  state: RoomState,
  command: RoomCommand,
  at: number,
  memory: RoomMemory,
  limits: Limits,
  done?: Done,
): Decision {
  const time = Math.max(at, state.at);
  const seq = state.head + 1;
  switch (command.type) {
    case 'create': {
      if (state.head > 0) return accept({ type: 'done', seq: state.head });
      const { by, topic } = command;
      const hidden = command.private === true ? { private: true } : {};
      const created: RoomEvent = { type: 'created', seq, at: time, user: by, topic, ...hidden };
      if (!command.by.includes('#')) return { events: [created], outcome: { type: 'done', seq } };
      const joined: RoomEvent = { type: 'joined', seq: seq + 1, at: time, user: command.by as UserId, role: 'owner' };
      return { events: [created, joined], outcome: { type: 'done', seq: seq + 1 } };
    }
    case 'join': {
      const { user } = command;
      if (done !== undefined) {
        return accept(joinedReply(state, done.seq, { role: 'member', since: done.seq }, limits));
      }
      const member = state.members.get(user);
      if (member !== undefined) return accept(joinedReply(state, state.head, member, limits));
      if (isHidden(state, user)) return refuse(refusals.roomNotFound(state.room));
      const bannedUntil = state.standings.banned.get(user) ?? 0;
      if (bannedUntil > time) return refuse(refusals.banned(state.room, bannedUntil - time));
      if (state.members.size >= limits.roomMembersMax)
        return refuse(refusals.roomFull(state.room, limits.roomMembersMax));
      const joined: RoomEvent = { type: 'joined', seq, at: time, user, role: 'member' };
      const reply = joinedReply(state, seq, { role: 'member', since: seq }, limits, user);
      return { events: [joined], outcome: reply };
    }
    case 'leave': {
      const { user, reason } = command;
      if (done !== undefined) return accept({ type: 'done', seq: done.seq });
      if (!state.members.has(user)) return refuse(outsider(state, user, time));
      const left: RoomEvent = { type: 'left', seq, at: time, user, ...(reason === undefined ? {} : { reason }) };
      return { events: [left], outcome: { type: 'done', seq } };
    }
    case 'send':
    case 'reply': {
      const { user, text, clientMsgId } = command;
      const replyTo = command.type === 'reply' ? command.replyTo : undefined;
      if (done !== undefined) return accept({ type: 'sent', seq: done.seq, at: done.at, duplicate: false });
      const member = state.members.get(user);
      if (member === undefined && isHidden(state, user)) return refuse(refusals.roomNotFound(state.room));
      if (clientMsgId !== undefined) {
        const before = memory.findMessage(user, clientMsgId, time - limits.clientMsgIdSeconds * 1000);
        if (before !== undefined) {
          return before.changed || (before.text === text && before.replyTo === replyTo)
            ? accept({ type: 'sent', seq: before.seq, at: before.at, duplicate: true })
            : refuse(refusals.duplicateConflict(clientMsgId, before.seq));
        }
      }
      if (member === undefined) return refuse(outsider(state, user, time));
      const silence = silenced(state, user, member, time);
      if (silence !== undefined) return refuse(silence);
      if (replyTo !== undefined) {
        const answered = memory.message(replyTo);
        if (answered === undefined || isDeleted(answered)) return refuse(refusals.messageNotFound(state.room, replyTo));
      }
      const said: RoomEvent =
        clientMsgId === undefined
          ? { type: 'said', seq, at: time, user, text }
          : { type: 'said', seq, at: time, user, text, clientMsgId };
      const event = replyTo === undefined ? said : { ...said, replyTo };
      return { events: [event], outcome: { type: 'sent', seq, at: time, duplicate: false } };
    }
    case 'change-topic': {
      const { user, topic } = command;
      if (done !== undefined) return accept({ type: 'done', seq: done.seq });
      const member = state.members.get(user);
      if (member === undefined) return refuse(outsider(state, user, time));
      if (member.role !== 'owner') return refuse(refusals.ownersOnly(state.room));
      return { events: [{ type: 'topic-changed', seq, at: time, user, topic }], outcome: { type: 'done', seq } };
    }
    case 'read': {
      const member = state.members.get(command.user);
      if (member === undefined) return refuse(outsider(state, command.user, time));
      return accept({ type: 'readable', head: state.head, since: member.since });
    }
    case 'list-members':
      if (isHidden(state, command.user)) return refuse(refusals.roomNotFound(state.room));
      return accept({ type: 'members', head: state.head, members: memberList(state, Number.POSITIVE_INFINITY) });
    case 'vouch':
      if (!state.members.has(command.from)) return refuse(outsider(state, command.from, time));
      if (!state.members.has(command.to as UserId)) return refuse(refusals.userNotInRoom(command.to, state.room));
      return accept({ type: 'vouched' });
    case 'prune': {
      // The last event stays: it tells where the log is.
      const floor = Math.min(command.upTo, state.floor + pruneEventsMax, state.head - 1);
      if (floor <= state.floor) return accept({ type: 'pruned', floor: state.floor });
      return { events: nothing, outcome: { type: 'pruned', floor }, floor };
    }
    case 'edit':
    case 'delete':
    case 'react':
      if (done !== undefined) return accept({ type: 'done', seq: done.seq });
      return logged(state, amend(state, command, time, memory, limits), time);
    default:
      if (done !== undefined) return accept({ type: 'done', seq: done.seq });
      return logged(state, moderate(state, command, time, limits), time);
  }
}

/** Moves the state on by one event, in place. The event's `seq` must be the next. */
export function apply(state: RoomState, event: RoomEvent, epoch: string): void {
  if (event.seq !== state.head + 1) throw new Error(`room ${state.room}: event ${event.seq} after ${state.head}`);
  state.head = event.seq;
  state.at = event.at;
  switch (event.type) {
    case 'created':
      state.epoch = epoch;
      state.private = event.private === true;
      state.topic = event.topic;
      break;
    case 'joined':
      state.members.set(event.user, { role: event.role, since: event.seq });
      state.standings.invited.delete(event.user);
      break;
    case 'left':
      state.members.delete(event.user);
      break;
    case 'topic-changed':
      state.topic = event.topic;
      break;
    case 'said':
    case 'edited':
      if (state.slowModeSeconds > 0) noteSpoken(state, event.user, event.at);
      break;
    case 'deleted':
    case 'reacted':
      break;
    default:
      applyModeration(state, event);
  }
}

/** Facts take the next places in the log. */
function logged(state: RoomState, facts: readonly Fact<RoomEvent>[] | Refusal, time: number): Decision {
  if (isRefusal(facts)) return refuse(facts);
  const events = facts.map((fact, i) => ({ ...fact, seq: state.head + 1 + i, at: time }) as RoomEvent);
  return { events, outcome: { type: 'done', seq: state.head + events.length } };
}

function accept(outcome: RoomReply): Decision {
  return { events: nothing, outcome };
}

function refuse(outcome: Refusal): Decision {
  return { events: nothing, outcome };
}

function joinedReply(state: RoomState, seq: number, member: Member, limits: Limits, joining?: UserId): RoomReply {
  const members = memberList(state, limits.joinMembersMax - (joining === undefined ? 0 : 1));
  if (joining !== undefined) members.push({ user: joining, role: member.role });
  return { type: 'joined', seq, since: member.since, topic: state.topic, members };
}

function memberList(state: RoomState, max: number): { user: UserId; role: Role }[] {
  const list: { user: UserId; role: Role }[] = [];
  for (const [user, { role }] of state.members) {
    if (list.length >= max) break;
    list.push({ user, role });
  }
  return list;
}
