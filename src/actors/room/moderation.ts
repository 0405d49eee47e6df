import { type ModerationEvent, type Role, roles, serverActor } from '../../protocol/events.js';
import type { Limits } from '../../protocol/limits.js';
import type { UserId } from '../../protocol/names.js';
import { type ErrorCode, type Refusal, refusals } from '../../protocol/refusals.js';
import type { Member, RoomState } from './decisions.js';

/** Who may do what to whom in a room, and who may be in it. Pure, as decisions.ts is. */

/** What a user may be to a room beside a member; each holds until a time in Unix ms, or for good: Infinity. */
export const standings = ['banned', 'muted', 'invited'] as const;
export type Standing = (typeof standings)[number];
export type Standings = { readonly [S in Standing]: Map<UserId, number> };

/** `by` is a member's id, or `salas`, who may do everything. */
export type ModerationCommand = { readonly by: string } & (
  | { readonly type: 'kick'; readonly user: string; readonly reason?: string | undefined }
  | {
      readonly type: 'ban';
      readonly user: string;
      /** Whether there is such a user: rooms do not know who is not in them. */
      readonly known: boolean;
      readonly seconds?: number | undefined;
      readonly reason?: string | undefined;
    }
  | { readonly type: 'unban' | 'unmute'; readonly user: string }
  | {
      readonly type: 'mute';
      readonly user: string;
      readonly seconds?: number | undefined;
      readonly reason?: string | undefined;
    }
  | { readonly type: 'set-slow-mode'; readonly seconds: number }
  | { readonly type: 'set-role'; readonly user: string; readonly role: Role }
  | { readonly type: 'invite'; readonly user: string; readonly known: boolean }
  | { readonly type: 'close'; readonly reason?: string | undefined }
);

/** The role from which on a member may do it. */
const needed: { readonly [T in ModerationCommand['type']]: Role } = {
  kick: 'moderator',
  ban: 'moderator',
  unban: 'moderator',
  mute: 'moderator',
  unmute: 'moderator',
  invite: 'moderator',
  'set-slow-mode': 'moderator',
  'set-role': 'owner',
  close: 'owner',
};

/** An event without its place in the log. */
export type Fact<Event> = Event extends unknown ? Omit<Event, 'seq' | 'at'> : never;
export type ModerationFact =
  | Fact<ModerationEvent>
  | { readonly type: 'left'; readonly user: UserId; readonly reason: 'banned' };

/**
 * What a moderator's command leads to at `time`: facts, or a refusal. No facts: it is so already.
 *
 * Kicks, bans, mutes and changes of role are for those whose role is below one's own; an owner may also give up the role.
 */
export function moderate(
  state: RoomState,
  command: ModerationCommand,
  time: number,
  limits: Limits,
): readonly ModerationFact[] | Refusal {
  const { by } = command;
  const rank = by === serverActor ? roles.length : rankOf(state.members.get(by as UserId));
  if (state.closed || rank < 0) return outsider(state, by as UserId, time);
  if (rank < rankOf({ role: needed[command.type] })) {
    return needed[command.type] === 'owner' ? refusals.ownersOnly(state.room) : refusals.moderatorsOnly(state.room);
  }
  const target = 'user' in command ? (command.user as UserId) : undefined;
  const member = target === undefined ? undefined : state.members.get(target);
  switch (command.type) {
    case 'kick':
      if (target === undefined || member === undefined) return refusals.userNotInRoom(command.user, state.room);
      if (rankOf(member) >= rank) return refusals.outranked(target);
      return [{ type: 'kicked', user: by, target, ...noted(command.reason) }];
    case 'ban': {
      const user = command.user as UserId;
      if (rankOf(member) >= rank) return refusals.outranked(user);
      if (member === undefined && !command.known) return refusals.userNotFound(user);
      if (isFull(state, 'banned', user, time, limits))
        return refusals.tooManySanctions(state.room, limits.roomSanctionsMax);
      const until = untilAfter(time, command.seconds);
      const banned: ModerationFact = { type: 'banned', user: by, target: user, ...until, ...noted(command.reason) };
      return member === undefined ? [banned] : [banned, { type: 'left', user, reason: 'banned' }];
    }
    case 'mute': {
      if (target === undefined || member === undefined) return refusals.userNotInRoom(command.user, state.room);
      if (rankOf(member) >= rank) return refusals.outranked(target);
      if (isFull(state, 'muted', target, time, limits))
        return refusals.tooManySanctions(state.room, limits.roomSanctionsMax);
      return [{ type: 'muted', user: by, target, ...untilAfter(time, command.seconds), ...noted(command.reason) }];
    }
    case 'unban':
      return liftOf(state, 'banned', command.user as UserId, time, { type: 'unbanned', user: by });
    case 'unmute':
      return liftOf(state, 'muted', command.user as UserId, time, { type: 'unmuted', user: by });
    case 'set-slow-mode':
      if (command.seconds === state.slowModeSeconds) return [];
      return [{ type: 'slow-mode-changed', user: by, seconds: command.seconds }];
    case 'set-role': {
      if (target === undefined || member === undefined) return refusals.userNotInRoom(command.user, state.room);
      if (target !== by && rankOf(member) >= rank) return refusals.outranked(target);
      return member.role === command.role ? [] : [{ type: 'role-changed', user: by, target, role: command.role }];
    }
    case 'invite': {
      const user = command.user as UserId;
      if (!state.private) return refusals.openToAll(state.room);
      if (member !== undefined || holds(state, 'invited', user, time)) return [];
      if (!command.known) return refusals.userNotFound(user);
      if (holds(state, 'banned', user, time)) return refusals.userBanned(user, state.room);
      if (isFull(state, 'invited', user, time, limits))
        return refusals.tooManySanctions(state.room, limits.roomSanctionsMax);
      return [{ type: 'invited', user: by, target: user }];
    }
    case 'close':
      return [{ type: 'closed', user: by, ...noted(command.reason) }];
    default:
      return command satisfies never;
  }
}

/** What somebody is told who is not a member: to outsiders a private room is not there, and to nobody a closed one. */
export function outsider(state: RoomState, user: UserId, time: number): Refusal {
  if (isHidden(state, user)) return refusals.roomNotFound(state.room);
  const until = state.standings.banned.get(user) ?? 0;
  return until > time ? refusals.banned(state.room, until - time) : refusals.notInRoom(state.room);
}

/** The codes of {@link outsider}. */
export const notMember: ReadonlySet<ErrorCode> = new Set(['NOT_IN_ROOM', 'BANNED', 'ROOM_NOT_FOUND']);

export function isHidden(state: RoomState, user: UserId): boolean {
  if (state.closed) return true;
  return state.private && !state.members.has(user) && !state.standings.invited.has(user);
}

/** Why a member may say nothing just now, if so. */
export function silenced(state: RoomState, user: UserId, { role }: Member, time: number): Refusal | undefined {
  const silence = muted(state, user, time);
  if (silence !== undefined) return silence;
  if (state.slowModeSeconds === 0 || role !== 'member') return undefined;
  const next = (state.spoke.get(user) ?? Number.NEGATIVE_INFINITY) + state.slowModeSeconds * 1000;
  return next > time ? refusals.slowMode(state.room, state.slowModeSeconds, next - time) : undefined;
}

export function muted(state: RoomState, user: UserId, time: number): Refusal | undefined {
  const until = state.standings.muted.get(user);
  return until !== undefined && until > time ? refusals.muted(state.room, until - time) : undefined;
}

export function roleReaches(member: Member, role: Role): boolean {
  return rankOf(member) >= rankOf({ role });
}

/** Whether the member's role is above the other's, who may be no member. */
export function outranks(member: Member, other: Member | undefined): boolean {
  return rankOf(member) > rankOf(other);
}

/** Moves the state on by what a moderator did. */
export function applyModeration(state: RoomState, event: ModerationEvent): void {
  const { banned, muted, invited } = state.standings;
  switch (event.type) {
    case 'kicked':
      state.members.delete(event.target);
      break;
    case 'banned':
      dropEnded(banned, event.at);
      banned.set(event.target, event.until ?? Number.POSITIVE_INFINITY);
      invited.delete(event.target);
      break;
    case 'muted':
      dropEnded(muted, event.at);
      muted.set(event.target, event.until ?? Number.POSITIVE_INFINITY);
      break;
    case 'unbanned':
      banned.delete(event.target);
      break;
    case 'unmuted':
      muted.delete(event.target);
      break;
    case 'invited':
      invited.set(event.target, Number.POSITIVE_INFINITY);
      break;
    case 'role-changed': {
      const member = state.members.get(event.target);
      if (member !== undefined) state.members.set(event.target, { ...member, role: event.role });
      break;
    }
    case 'slow-mode-changed':
      state.slowModeSeconds = event.seconds;
      state.spoke.clear();
      break;
    case 'closed':
      state.closed = true;
      state.members.clear();
      break;
    default:
      event satisfies never;
  }
}

/** Notes who spoke when, while that matters: the eldest first, and nobody whose turn has come again. */
export function noteSpoken(state: RoomState, user: UserId, at: number): void {
  const { spoke } = state;
  spoke.delete(user);
  spoke.set(user, at);
  for (const [eldest, before] of spoke) {
    if (before + state.slowModeSeconds * 1000 > at) break;
    spoke.delete(eldest);
  }
}

/** -1 for who has no role. */
function rankOf(member: { readonly role: Role } | undefined): number {
  return member === undefined ? -1 : roles.length - 1 - roles.indexOf(member.role);
}

function holds(state: RoomState, standing: Standing, user: UserId, time: number): boolean {
  return (state.standings[standing].get(user) ?? 0) > time;
}

/** Whether there is no room for one more; those whose time is over take none. */
function isFull(
  state: RoomState,
  standing: Standing,
  user: UserId,
  time: number,
  { roomSanctionsMax }: Limits,
): boolean {
  const held = state.standings[standing];
  if (held.size < roomSanctionsMax || held.has(user)) return false;
  let lasting = 0;
  for (const until of held.values()) if (until > time) lasting++;
  return lasting >= roomSanctionsMax;
}

function dropEnded(held: Map<UserId, number>, at: number): void {
  for (const [user, until] of held) if (until <= at) held.delete(user);
}

function liftOf(
  state: RoomState,
  standing: Standing,
  target: UserId,
  time: number,
  lift: { readonly type: 'unbanned' | 'unmuted'; readonly user: string },
): readonly ModerationFact[] {
  return holds(state, standing, target, time) ? [{ ...lift, target }] : [];
}

function untilAfter(time: number, seconds: number | undefined): { readonly until?: number } {
  return seconds === undefined ? {} : { until: time + seconds * 1000 };
}

function noted(reason: string | undefined): { readonly note?: string } {
  return reason === undefined || reason === '' ? {} : { note: reason };
}
