import { programServers } from './programs.js';
import { salas, salasInMemory } from './salas.js';
import { rpyc, socketIo, ws } from './scripts.js';
import type { Server } from './server.js';

/** Every server that can be measured, ours first. */
export const servers: readonly Server[] = [salas, salasInMemory, ...programServers, ws, socketIo, rpyc];

/** Chat and publish/subscribe servers that people use: the best of them is the best peer. */
export const peers: readonly string[] = ['redis', 'nats', 'ngircd', 'inspircd', 'ws', 'socketio'];
