import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { type Random, seeded } from '../support/seeded.js';
import { gather } from '../support/visitors.js';

const daemon = await startDaemon(t);

const connections = 50;
const blobsEach = 40;

/** Pieces of sense, from which nonsense is made that gets further than noise. */
const lines: readonly string[] = [
  '{"jsonrpc":"2.0","method":"room.send","params":{"room":"sala1","text":"oi"},"id":1}',
  '{"jsonrpc":"2.0","method":"user.register","params":["ana"],"id":"a"}',
  '{"jsonrpc":"2.0","method":"room.join","params":["sala1",0]}',
  '{"jsonrpc":"2.0","method":"user.resume","params":{"token":"x","rooms":{"sala1":{"epoch":"e","after":1}}},"id":2}',
  '[{"jsonrpc":"2.0","method":"ping","params":[{}],"id":1},{"jsonrpc":"2.0","method":"room.list","id":null},1]',
  '/register ana',
  '/join sala1',
  '/say sala1 oi',
  '/msg ana#1 psst',
  '/history sala1 9',
  '/resume x sala1@1',
  'olá, 山 🙂',
  '/mode json',
  '/help join',
  '\xff\xfd\x03\xff\xfb\x18\xff\xfa\x18\x01\xff\xf0',
  '\xff\xf4\xff\xfd\x06',
];
const ends = ['\n', '\r\n', '\r\0', '', '\n\n', '\r'];

/** Noise, or a sensible line with a few bytes changed, doubled or left out. */
function blob(random: Random): Buffer {
  const byte = () => random.between(0, 0xff);
  if (random.between(1, 10) <= 3) return Buffer.from(Array.from({ length: random.between(0, 300) }, byte));
  const source = random.pick(lines);
  const bytes = [...Buffer.from(source, source.includes('\xff') ? 'latin1' : 'utf8')];
  for (let changes = random.between(0, 3); changes > 0; changes--) {
    const at = random.between(0, bytes.length - 1);
    random.pick([
      () => bytes.splice(at, 1, byte()),
      () => bytes.splice(at, 1),
      () => bytes.splice(at, 0, byte()),
      () => bytes.splice(at, 0, ...bytes.slice(at, at + random.between(1, 20))),
    ])();
  }
  if (random.between(1, 50) === 1) bytes.push(...Buffer.alloc(20_000, 0x78));
  return Buffer.concat([Buffer.from(bytes), Buffer.from(random.pick(ends))]);
}

t.test(`${connections * blobsEach} blobs of nonsense hurt nobody`, async (t) => {
  const [bystander] = await gather(t, daemon, 'ao-lado', 'ana');
  const random = seeded(t, 20_261_122);
  const clients = await Promise.all(
    Array.from({ length: connections }, () => LineClient.connect(t, daemon, { telnet: true })),
  );
  // The client throws when what comes back is no UTF-8, has control characters, or is no JSON by the contract.
  for (let i = 0; i < blobsEach; i++) {
    for (const client of clients) client.sendBytes(blob(random));
    await bystander.client.call('room.send', { room: 'ao-lado', text: `${i}` });
  }
  for (const [i, client] of clients.entries()) {
    // Ends whatever line the nonsense has left open.
    client.sendBytes(`\n{"jsonrpc":"2.0","method":"ping","params":["viva"],"id":"${i} vive"}\n`);
    t.match(await client.nextReply(`${i} vive`), { result: { data: 'viva' } });
    t.notOk(client.ended);
  }
  t.equal((await bystander.client.call('room.history', { room: 'ao-lado' })).messages.length, blobsEach);
  t.equal(await daemon.stop(), 0);
});
