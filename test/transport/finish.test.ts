import t, { type Test } from 'tap';
import { makeCertificate, transports } from '../support/certificates.js';
import { startEmbedded } from '../support/embedded-server.js';
import { LineClient } from '../support/line-client.js';
import { until } from '../support/until.js';

const closeDeadlineMs = 300;

for (const { over, skip } of transports) {
  const start = async (t: Test) => {
    const certificate = over === 'TLS' ? makeCertificate(t) : undefined;
    const server = await startEmbedded(
      t,
      ['sala1'],
      { closeDeadlineMs },
      {
        tls: certificate && { certificate, only: false },
      },
    );
    return { server, address: { ...server, tls: certificate && { ca: certificate.cert } } };
  };

  t.test(`who takes nothing is cut when the time for it is over, over ${over}`, { skip }, async (t) => {
    const { server, address } = await start(t);
    const stopped = await LineClient.connect(t, address);
    await stopped.call('ping');
    stopped.socket.pause();
    // More than the system keeps for both ends.
    const data = 'x'.repeat(10_000);
    for (let i = 0; i < 3000; i++) stopped.ask('ping', { data });
    const { socket } = stopped;
    let waiting = -1;
    await until('the server reads no more', async () => {
      const before = waiting;
      waiting = socket.writableLength;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return waiting > 0 && waiting === before;
    });
    const began = Date.now();
    await server.drain();
    t.ok(Date.now() - began >= closeDeadlineMs - 20, 'not before');
    socket.resume();
    await stopped.rest();
  });

  t.test(`who takes its answers gets all of them, and then the end, over ${over}`, { skip }, async (t) => {
    const { server, address } = await start(t);
    const client = await LineClient.connect(t, address);
    const data = 'x'.repeat(1000);
    for (let i = 0; i < 200; i++) client.ask('ping', { data: data + i });
    await client.nextReply(1);
    client.socket.pause();
    const drained = server.drain();
    client.socket.resume();
    const lines = await client.rest();
    const ids = lines.map((line) => JSON.parse(line)).filter((message) => 'result' in message);
    t.ok(lines.some((line) => line.includes('"server.draining"')));
    t.ok(
      ids.every(({ id, result }, i) => id === i + 2 && result.data === data + (id - 1)),
      'none is cut short',
    );
    await drained;
  });
}
