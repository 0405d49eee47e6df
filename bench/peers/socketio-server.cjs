// A chat server as a JavaScript user writes it with Socket.IO 4: WebSocket only, no compression, io.to(room).emit.
// usage: node socketio-server.cjs PORT
const { createServer } = require('node:http');
const { Server } = require('socket.io');

const backlog = 4096;
const pingMs = 600_000;
const http = createServer();
const io = new Server(http, {
  transports: ['websocket'],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
  pingInterval: pingMs,
  pingTimeout: pingMs,
});
const seqs = new Map();

io.on('connection', (socket) => {
  let nick = '';
  socket.on('join', (room, user, answer) => {
    nick = user;
    socket.join(room);
    answer({});
  });
  socket.on('say', (room, text) => {
    const seq = (seqs.get(room) ?? 0) + 1;
    seqs.set(room, seq);
    io.to(room).emit('msg', { room, seq, from: nick, ts: Date.now(), text });
  });
  socket.on('ping', (_room, answer) => answer('pong'));
});

http.listen(Number(process.argv[2]), '127.0.0.1', backlog);
