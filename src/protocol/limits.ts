/**
 * Every bound of the server, with its unit in its name. `hello` tells them all; each is refused with an
 * error that names it. The defaults are the wire contract's.
 */
export interface Limits {
  /** Connections at a time; beyond it the server says so in a line that begins with `#`, and ends the new one. */
  readonly connectionsMax: number;
  /** Connections of one address (in IPv6, of one /64) at a time; this machine's are not counted. */
  readonly connectionsPerAddressMax: number;
  /** A connection without a user is ended after so long. */
  readonly unregisteredSeconds: number;
  /** After so long without a word TCP asks whether the other side is still there; connections of the dead are ended. */
  readonly keepAliveSeconds: number;
  /** Bytes of one line, without its terminator. */
  readonly lineBytesMax: number;
  /** Bytes of UTF-8 in one message. */
  readonly textBytesMax: number;
  readonly topicBytesMax: number;
  readonly nameCharactersMax: number;
  readonly roomNameCharactersMax: number;
  readonly clientMsgIdCharactersMax: number;
  /** For how long a `clientMsgId` is remembered. */
  readonly clientMsgIdSeconds: number;
  /** Arrays and objects inside one another in `ping`'s data. */
  readonly dataDepthMax: number;
  /** Bytes a second that are read of one connection that sends without a pause. */
  readonly readBytesPerSecondMax: number;
  /** Calls in one JSON-RPC batch. */
  readonly batchMax: number;
  /** Bytes of all the answers to one batch; calls beyond it are answered `BUSY`. */
  readonly batchReplyBytesMax: number;
  /** Unanswered calls of one connection; beyond it the server stops reading the connection. */
  readonly inFlightMax: number;
  readonly historyLimitDefault: number;
  readonly historyLimitMax: number;
  /** Bytes of text in one history page; a page that reaches it ends early and says `more`. */
  readonly historyBytesMax: number;
  /** Messages of a room, the latest, of which `room.unread` tells how many are unread. */
  readonly unreadMax: number;
  /** Bytes waiting to be sent on one connection before it is left behind to catch up later. */
  readonly sendQueueBytesMax: number;
  /** Bytes of recent events kept in memory for catching up, all rooms together. */
  readonly ringBytesMax: number;
  /** Bytes of recent private messages kept in memory for catching up, a connected user. */
  readonly inboxRingBytesMax: number;
  /** Bytes of events that wait for the gateway in an actor; beyond it they are dropped there, and read from the store. */
  readonly frameQueueBytesMax: number;
  /** Reads of stored logs that wait for a thread; beyond it they are answered `BUSY`. */
  readonly readQueueMax: number;
  /** Bytes of UTF-8 in what is searched for. */
  readonly searchQueryBytesMax: number;
  /** Words in what is searched for. */
  readonly searchWordsMax: number;
  /** Searches that wait for their turn; beyond it they are answered `BUSY`. */
  readonly searchQueueMax: number;
  /** A search that finds nothing for so long says how far it came. */
  readonly searchMsMax: number;
  /** Commands waiting in one actor's mailbox; beyond it calls are answered `BUSY`. */
  readonly mailboxCommandsMax: number;
  /** Bytes of text in one actor's mailbox; beyond it calls are answered `BUSY`. */
  readonly mailboxBytesMax: number;
  /** Commands in one transaction of an actor. */
  readonly commandBatchMax: number;
  /** Bytes of text in one transaction of an actor. */
  readonly commandBatchBytesMax: number;
  /** An actor that leaves a batch unanswered for so long is taken for hung and restarted. */
  readonly callDeadlineMs: number;
  /** How long a TLS handshake may take, and how long a connection that has to begin one may say nothing. */
  readonly handshakeDeadlineMs: number;
  /** How long the server waits for the last replies of a connection whose client has finished. */
  readonly closeDeadlineMs: number;
  /** A guest's identity lives so long after its last connection ended. */
  readonly resumeSeconds: number;
  readonly roomsMax: number;
  readonly roomMembersMax: number;
  /** Members listed by the answer to `room.join`; `room.members` lists all. */
  readonly joinMembersMax: number;
  /** Rooms of one user. */
  readonly userRoomsMax: number;
  /** Users that a room holds as banned; and as many as muted, and as invited. */
  readonly roomSanctionsMax: number;
  /** The longest ban or mute that is not for good. */
  readonly sanctionSecondsMax: number;
  readonly slowModeSecondsMax: number;
  /** Bytes of UTF-8 in the reason of a kick, a ban, a mute or a closing. */
  readonly reasonBytesMax: number;
  /** Bytes of UTF-8 in a reaction to a message. */
  readonly reactionBytesMax: number;
  /** Different reactions to one message. */
  readonly reactionsMax: number;
  /** Users that one user blocks. */
  readonly userBlocksMax: number;
  /** Messages a second and user; 0 is no limit. */
  readonly floodRate: number;
  /** Messages a second of all users of one address (in IPv6, of one /64); 0 is no limit, and this machine has none. */
  readonly addressFloodRate: number;
  /** A room keeps what was said for so many days; 0 is for ever. */
  readonly keepDays: number;
  /** A room keeps so many messages, the latest; 0 is all. What is younger than `clientMsgIdSeconds` is kept in any case. */
  readonly keepMessages: number;
  /** Addresses without a connection whose rate is remembered; those that were left longest ago are forgotten first. */
  readonly originsMax: number;
  readonly accountsMax: number;
  /** Sessions of one user; a login beyond them ends the one that was used least recently. */
  readonly userSessionsMax: number;
  readonly passwordCharactersMin: number;
  /** Bytes of UTF-8 in a password. */
  readonly passwordBytesMax: number;
  /** Passwords that wait to be hashed or checked; beyond it calls are answered `BUSY`. */
  readonly passwordQueueMax: number;
  /** Attempts with a password that one address has at once; one that proves right is given back. */
  readonly addressAttemptsMax: number;
  /** An address gets one more attempt after so long. */
  readonly addressAttemptSeconds: number;
  /** Attempts with a password that are had at once for one account, from all addresses; one that proves right is given back. */
  readonly accountAttemptsMax: number;
  /** An account gets one more attempt after so long. */
  readonly accountAttemptSeconds: number;
  /** Addresses, and accounts, whose attempts are remembered; those that tried longest ago are forgotten first. */
  readonly attemptKeysMax: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

export const defaultLimits: Limits = {
  connectionsMax: 16_384,
  connectionsPerAddressMax: 1024,
  unregisteredSeconds: 60,
  keepAliveSeconds: 60,
  lineBytesMax: 16 * KiB,
  textBytesMax: 8 * KiB,
  topicBytesMax: 512,
  nameCharactersMax: 32,
  roomNameCharactersMax: 64,
  clientMsgIdCharactersMax: 64,
  clientMsgIdSeconds: 24 * 60 * 60,
  dataDepthMax: 64,
  readBytesPerSecondMax: 128 * MiB,
  batchMax: 64,
  batchReplyBytesMax: 4 * MiB,
  inFlightMax: 256,
  historyLimitDefault: 50,
  historyLimitMax: 500,
  historyBytesMax: MiB,
  unreadMax: 1000,
  sendQueueBytesMax: 256 * KiB,
  ringBytesMax: 64 * MiB,
  inboxRingBytesMax: 16 * KiB,
  frameQueueBytesMax: 8 * MiB,
  readQueueMax: 4096,
  searchQueryBytesMax: 512,
  searchWordsMax: 16,
  searchQueueMax: 64,
  searchMsMax: 1000,
  mailboxCommandsMax: 65_536,
  mailboxBytesMax: 64 * MiB,
  commandBatchMax: 1024,
  commandBatchBytesMax: MiB,
  callDeadlineMs: 10_000,
  handshakeDeadlineMs: 10_000,
  closeDeadlineMs: 10_000,
  resumeSeconds: 300,
  roomsMax: 1000,
  roomMembersMax: 10_000,
  joinMembersMax: 1000,
  userRoomsMax: 100,
  roomSanctionsMax: 1000,
  sanctionSecondsMax: 365 * 24 * 60 * 60,
  slowModeSecondsMax: 6 * 60 * 60,
  reasonBytesMax: 512,
  reactionBytesMax: 64,
  reactionsMax: 20,
  userBlocksMax: 1000,
  floodRate: 0,
  addressFloodRate: 1000,
  keepDays: 0,
  keepMessages: 0,
  originsMax: 16_384,
  accountsMax: 100_000,
  userSessionsMax: 32,
  passwordCharactersMin: 8,
  passwordBytesMax: KiB,
  passwordQueueMax: 256,
  addressAttemptsMax: 100,
  addressAttemptSeconds: 1,
  accountAttemptsMax: 10,
  accountAttemptSeconds: 60,
  attemptKeysMax: 16_384,
};

/** The part of a process' open files that connections may be, so that rooms and readers always find theirs. */
const connectionsOfFiles = 3 / 4;
/** What is open of a room: its log, and SQLite's two files beside it. */
const filesOfRoom = 3;
/** What threads and readers have open, about. */
const filesOfThreads = 500;
/** So many rooms are allowed however few files are. */
const roomsMaxMin = 64;

/** The limits of a process that may have so many files and sockets open at a time. */
export function withinOpenFiles(limits: Limits, openFilesMax: number): Limits {
  const connectionsMax = Math.min(limits.connectionsMax, Math.floor(openFilesMax * connectionsOfFiles));
  const filesOfRooms = openFilesMax - openFilesMax * connectionsOfFiles - filesOfThreads;
  const roomsMax = Math.min(limits.roomsMax, Math.max(roomsMaxMin, Math.floor(filesOfRooms / filesOfRoom)));
  return { ...limits, connectionsMax, roomsMax };
}
