// Joins two rooms, of one server or of two: what is said in one is said in the other, with who said it. Until Ctrl-C:
//
//     node examples/bridge.mjs sala1 sala2@chat.example.org:4242
//
// When a server is restarted, or cannot be reached, it goes on where it was: nothing is lost, nothing is said twice. What
// bridges say is not passed on, neither its own words nor another bridge's, so it never goes round in circles.
import { setTimeout as sleep } from 'node:timers/promises';
import { CallRefused, connect } from 'salas/client';

const bridgeName = 'bridge';
const places = process.argv.slice(2).map((place) => {
  const [, room, host = '127.0.0.1', port = '4242'] = /^([^@:]+)(?:@(.+?))?(?::(\d+))?$/.exec(place) ?? [];
  return { room, host, port: Number(port) };
});
if (places.length !== 2 || places.some(({ room }) => room === undefined)) {
  console.error('usage: node examples/bridge.mjs ROOM[@HOST][:PORT] ROOM[@HOST][:PORT]');
  process.exit(2);
}

const sides = await Promise.all(
  places.map(async ({ room, host, port }) => {
    const tell = ({ type, error }) =>
      console.log(`${room}@${host}:${port} ${type}${error ? `: ${error.message}` : ''}`);
    const user = await connect({ name: bridgeName, host, port, onChange: tell });
    const events = user.events();
    await user.join(room);
    return { user, events, room };
  }),
);
process.once('SIGINT', () => Promise.all(sides.map(({ user }) => user.quit())));

await Promise.all([pass(sides[0], sides[1]), pass(sides[1], sides[0])]);

/** One message after the other, so that they stay in order; while `to` is away, the server of `from` keeps the rest. */
async function pass(from, to) {
  for await (const { method, params } of from.events) {
    if (method !== 'room.message' || params.from.startsWith(`${bridgeName}#`)) continue;
    await say(to, `${params.from}@${from.room}: ${params.text}`);
  }
}

/** Says it as soon as the server takes it; what it never takes, like a text that has become too long, is told here. */
async function say({ user, room }, text) {
  for (;;) {
    try {
      return await user.send(room, text);
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error;
      if (!error.temporary) return console.error(`not passed on to ${room}: ${error.message}`);
      await sleep(error.retryAfterMs ?? 1000);
    }
  }
}
