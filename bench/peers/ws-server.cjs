// A chat server as a JavaScript user writes it with ws 8: a Set a room, stringified once, sent in a loop.
// usage: node ws-server.cjs PORT
const { createServer } = require('node:http');
const { WebSocketServer } = require('ws');

const backlog = 4096;
const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
const rooms = new Map();

function roomOf(name) {
  if (!rooms.has(name)) rooms.set(name, { members: new Set(), seq: 0 });
  return rooms.get(name);
}

server.on('connection', (socket) => {
  const joined = [];
  let nick = '';
  const answer = (id, r) => socket.send(JSON.stringify({ id, r }));

  const methods = {
    join(id, name, user) {
      nick = user;
      const room = roomOf(name);
      room.members.add(socket);
      joined.push(room);
      answer(id, {});
    },
    say(id, name, text) {
      const room = roomOf(name);
      const seq = ++room.seq;
      const message = JSON.stringify({ e: 'msg', room: name, seq, from: nick, ts: Date.now(), text });
      for (const member of room.members) if (member.readyState === 1) member.send(message);
      answer(id, { seq });
    },
    ping(id) {
      answer(id, 'pong');
    },
  };

  socket.on('message', (data) => {
    const { id, m, p } = JSON.parse(data);
    methods[m]?.(id, ...p);
  });
  socket.on('close', () => {
    for (const room of joined) room.members.delete(socket);
  });
  socket.on('error', () => {});
});

http.listen(Number(process.argv[2]), '127.0.0.1', backlog);
