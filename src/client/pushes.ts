/** What the server sends unasked (PROTOCOL.md, section 2). `seq` counts in the room, `at` is Unix time in ms. */
export type Push =
  | { readonly method: 'room.message'; readonly params: RoomMessage }
  | { readonly method: 'room.joined'; readonly params: RoomPassage }
  | { readonly method: 'room.left'; readonly params: RoomPassage & { readonly reason?: string } }
  | { readonly method: 'room.changed'; readonly params: RoomChange }
  /** The room's log was replaced: ask `room.history`. */
  | {
      readonly method: 'room.reset';
      readonly params: { readonly room: string; readonly epoch: string; readonly seq: number };
    }
  | { readonly method: 'private.message'; readonly params: PrivatePush }
  | { readonly method: 'server.draining'; readonly params: { readonly reconnectAfterMs: number } };

interface RoomMessage {
  readonly room: string;
  readonly seq: number;
  readonly from: string;
  readonly at: number;
  readonly text: string;
  readonly clientMsgId?: string;
}

interface RoomPassage {
  readonly room: string;
  readonly seq: number;
  readonly user: string;
  readonly at: number;
}

interface RoomChange {
  readonly room: string;
  readonly seq: number;
  readonly by: string;
  readonly at: number;
  readonly topic?: string;
}

/** A private message; `seq` counts in one's own inbox. */
interface PrivatePush {
  readonly seq: number;
  readonly room: string;
  readonly from: string;
  readonly to: string;
  readonly at: number;
  readonly text: string;
}

const known: Readonly<Record<Push['method'], true>> = {
  'room.message': true,
  'room.joined': true,
  'room.left': true,
  'room.changed': true,
  'room.reset': true,
  'private.message': true,
  'server.draining': true,
};

/** Whether `method` is a push that this client knows. */
export function isPush(method: string): method is Push['method'] {
  return Object.hasOwn(known, method);
}
