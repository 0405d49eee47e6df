// Says again what others say in a room, until it is stopped (Ctrl-C):
//
//     node examples/echo-bot.mjs [ROOM [PORT]]
//
// It stays when the server is restarted, and answers what was said meanwhile, once.
import { connect } from 'salas/client';

const [room = 'sala1', port = '4242'] = process.argv.slice(2);

const echo = await connect({
  port: Number(port),
  name: 'echo',
  onChange: (state) => console.log(state.type === 'away' ? `away: ${state.error.message}` : state.type),
});
const events = echo.events(); // Before it joins: what is said from then on comes with the answer.
await echo.join(room);
process.once('SIGINT', () => echo.quit());

for await (const { method, params } of events) {
  if (method === 'room.message' && params.from !== echo.userId) await echo.send(room, `${params.from}: ${params.text}`);
}
