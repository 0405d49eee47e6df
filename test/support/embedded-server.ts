import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Test } from 'tap';
import { ActorRef } from '../../src/actors/actor-ref.js';
import { ActorThread, serve } from '../../src/actors/actor-thread.js';
import type { RoomCommand, RoomReply } from '../../src/actors/room/decisions.js';
import { roomPacking } from '../../src/actors/room/packing.js';
import { Room, type RoomFrame } from '../../src/actors/room/room.js';
import { Supervisor } from '../../src/actors/supervisor/supervisor.js';
import type { SupervisorHandle } from '../../src/actors/supervisor/supervisor-handle.js';
import { serverActor } from '../../src/protocol/events.js';
import { defaultLimits, type Limits } from '../../src/protocol/limits.js';
import type { RoomName } from '../../src/protocol/names.js';
import { roomFile, supervisorFile } from '../../src/storage/data-directory.js';
import { type Gateway, type GatewayOptions, startGateway } from '../../src/transport/gateway.js';
import { newDirectory } from './new-directory.js';

/** A room on a real file, in this thread; its death is that all its ports close. */
class EmbeddedRoom {
  readonly #name: RoomName;
  readonly #file: string;
  readonly #limits: Limits;
  readonly #ports = new Set<MessagePort>();
  #room: Room | undefined;
  #actor: ActorThread<RoomCommand, RoomReply, RoomFrame> | undefined;
  #fatal: RoomCommand['type'] | undefined;
  readonly #owner: string;
  readonly #private: boolean;
  #logs = 0;

  constructor(name: RoomName, file: string, limits: Limits, owner: string, hidden: boolean) {
    this.#owner = owner;
    this.#private = hidden;
    this.#name = name;
    this.#file = file;
    this.#limits = limits;
  }

  /** Dies right after it has committed the next command of this type, before anybody is told. */
  dieAfter(fatal: RoomCommand['type']): void {
    this.#fatal = fatal;
  }

  /** Dies, and its log is lost with it. */
  loseLog(): void {
    this.close();
    for (const part of ['', '-wal', '-shm']) rmSync(this.#file + part, { force: true });
  }

  connect(port: MessagePort) {
    this.#room ??= this.#open();
    this.#actor ??= new ActorThread(this.#room, this.#limits.frameQueueBytesMax, roomPacking);
    const { submit, poll } = this.#actor.caller(port, true);
    this.#ports.add(port);
    serve(port, {
      poll,
      submit: (batch: Parameters<typeof submit>[0]) => {
        const outcome = submit(batch);
        const commands = batch.commands.map((command) => roomPacking.unpackCommand(command));
        if (!commands.some(({ type }) => type === this.#fatal)) return outcome;
        this.close();
        return new Promise(() => undefined);
      },
    } satisfies { poll: typeof poll; submit: typeof submit });
    return this.#room.status();
  }

  #open(): Room {
    const at = Date.UTC(2025, 0);
    const creation = { by: this.#owner, topic: '', epoch: `e${++this.#logs}`, at, private: this.#private };
    return new Room(this.#file, this.#name, creation, this.#limits);
  }

  close(): void {
    this.#fatal = undefined;
    for (const port of this.#ports) port.close();
    this.#ports.clear();
    this.#room?.close();
    this.#room = undefined;
    this.#actor = undefined;
  }
}

/** The whole server in the thread of the test: a real gateway, real files, and rooms that die when they are told to. */
export interface EmbeddedServer extends Gateway {
  room(name: string): EmbeddedRoom;
}

/** `owner`: whose rooms they are; a user who is yet to register, like `ana#1`. `private`: which rooms are. */
export async function startEmbedded(
  t: Test,
  names: readonly string[],
  limits: Partial<Limits> = {},
  {
    owner = serverActor,
    private: hidden = [],
    ...more
  }: Partial<Pick<GatewayOptions, 'host' | 'tls' | 'limitLoopback'>> & {
    readonly owner?: string;
    readonly private?: readonly string[];
  } = {},
): Promise<EmbeddedServer> {
  const all: Limits = { ...defaultLimits, ...limits };
  const directory = newDirectory(t);
  mkdirSync(join(directory, 'rooms'));
  const rooms = new Map(
    (names as RoomName[]).map((name) => {
      const room = new EmbeddedRoom(name, roomFile(directory, name), all, owner, hidden.includes(name));
      return [name, room] as const;
    }),
  );
  const file = supervisorFile(directory);
  const supervisor = new Supervisor(file, all);
  const actor = new ActorThread(supervisor, all.frameQueueBytesMax);
  const handle: SupervisorHandle = {
    started: Promise.resolve({ rooms: [...rooms.keys()], file }),
    begin: async () => {
      supervisor.begin(Date.now());
      return {};
    },
    ref: (onFrames, onConnected) => {
      const connect = async () => {
        const { port1, port2 } = new MessageChannel();
        actor.attach(port2, true);
        return { endpoint: port1, info: undefined };
      };
      return new ActorRef({ name: 'the supervisor', limits: all, connect, onConnected, onFrames });
    },
    connect: async (name) => {
      const { port1, port2 } = new MessageChannel();
      const status = rooms.get(name)?.connect(port2);
      if (status === undefined)
        return { failed: { en: `there is no room ${name} here`, pt: `aqui não há a sala ${name}` } };
      return { endpoint: port1, info: { room: name, file: roomFile(directory, name), ...status } };
    },
    figures: async () => undefined,
    crash: async () => undefined,
    inject: async () => false,
    close: async () => {
      for (const room of rooms.values()) room.close();
      supervisor.close();
    },
  };
  const onTrouble = (what: string, details: object) => t.fail(what, details);
  const options = { host: '127.0.0.1', port: 0, version: 'test', limits: all, supervisor: handle, onTrouble, ...more };
  const gateway = await startGateway(options);
  t.teardown(() => gateway.drain());
  return { ...gateway, room: (name) => rooms.get(name as RoomName) as EmbeddedRoom };
}
