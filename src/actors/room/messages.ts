import type { MessageEvent } from '../../protocol/events.js';
import type { Limits } from '../../protocol/limits.js';
import type { UserId } from '../../protocol/names.js';
import { type Refusal, refusals } from '../../protocol/refusals.js';
import type { RoomMemory, RoomState } from './decisions.js';
import { type Fact, muted, outranks, outsider, roleReaches, silenced } from './moderation.js';

/** What becomes of messages that were said, and by whom. Pure, as decisions.ts is. */

/** `target` is the `seq` of the message. */
export type MessageCommand = { readonly user: UserId; readonly target: number } & (
  | { readonly type: 'edit'; readonly text: string }
  | { readonly type: 'delete' }
  | { readonly type: 'react'; readonly reaction: string; readonly on: boolean }
);

/**
 * What such a command leads to at `time`: facts, or a refusal. No facts: it is so already, which makes each of them safe
 * to repeat.
 *
 * An edit says something, so whoever may say nothing may not edit either. A reaction may be a word, so it is not for the
 * muted. To take something back one need not be allowed to speak.
 */
export function amend(
  state: RoomState,
  command: MessageCommand,
  time: number,
  memory: RoomMemory,
  { reactionsMax }: Limits,
): readonly Fact<MessageEvent>[] | Refusal {
  const { user, target } = command;
  const member = state.members.get(user);
  if (member === undefined) return outsider(state, user, time);
  const message = memory.message(target);
  if (message === undefined) return refusals.messageNotFound(state.room, target);
  switch (command.type) {
    case 'edit': {
      const { text } = command;
      if (isDeleted(message)) return refusals.messageNotFound(state.room, target);
      if (message.user !== user) return refusals.notAuthor(target);
      if (message.text === text) return [];
      return silenced(state, user, member, time) ?? [{ type: 'edited', user, target, text }];
    }
    case 'delete': {
      const author = message.user;
      if (author !== user) {
        if (!roleReaches(member, 'moderator')) return refusals.notAuthorNorModerator(state.room, target);
        if (!outranks(member, state.members.get(author))) return refusals.outranked(author);
      }
      if (isDeleted(message)) return [];
      return [{ type: 'deleted', user, target, ...(author === user ? {} : { author }) }];
    }
    case 'react': {
      const { reaction, on } = command;
      if (isDeleted(message)) return refusals.messageNotFound(state.room, target);
      if (memory.hasReacted(target, user, reaction) === on) return [];
      if (on) {
        const silence = muted(state, user, time);
        if (silence !== undefined) return silence;
        const reactions = memory.reactionsTo(target);
        if (reactions.length >= reactionsMax && !reactions.includes(reaction)) {
          return refusals.tooManyReactions(target, reactionsMax);
        }
      }
      return [{ type: 'reacted', user, target, reaction, on }];
    }
    default:
      return command satisfies never;
  }
}

/** A message has a text, until it is deleted. */
export function isDeleted({ text }: { readonly text: string }): boolean {
  return text === '';
}
