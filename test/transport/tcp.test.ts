import t from 'tap';
import { defaultLimits } from '../../src/protocol/limits.js';
import { Connection, type ConnectionHandler } from '../../src/transport/tcp.js';
import { transports } from '../support/certificates.js';
import { encryptedPair, socketPair } from '../support/socket-pairs.js';
import { until } from '../support/until.js';

const KiB = 1024;
const lines = 4 * KiB;
const line = `${'x'.repeat(KiB - 1)}\n`;

for (const { over, skip } of transports) {
  const pair = over === 'TLS' ? encryptedPair : socketPair;
  t.test(
    `who sends without a pause is given a few reads a turn, and everything is read, in order, over ${over}`,
    { skip },
    async (t) => {
      const { near, far } = await pair(t);
      let inThisTurn = 0;
      let most = 0;
      let read = 0;
      const turn = () => {
        inThisTurn = 0;
        if (read < lines) setImmediate(turn);
      };
      turn();
      const handler: ConnectionHandler = {
        lines: (some) => {
          inThisTurn += some.length;
          most = Math.max(most, inThisTurn);
          for (const one of some) {
            if (one.type !== 'text' || !one.text.startsWith(`${read} `)) t.fail(`line ${read} is not what was sent`);
            read++;
          }
        },
        ended: () => undefined,
        drained: () => undefined,
        closed: () => undefined,
      };
      far.write(Array.from({ length: lines }, (_, i) => `${i} ${line}`).join(''));
      new Connection(near, defaultLimits, () => handler);
      await until('all is read', () => read === lines);
      t.ok(most <= 192, `${most} KiB in one turn`);
    },
  );

  t.test(
    `a connection that the session does not want to read stays unread when its rest is over, over ${over}`,
    { skip },
    async (t) => {
      const { near, far } = await pair(t);
      let read = 0;
      const handler: ConnectionHandler = {
        lines: (some) => {
          read += some.length;
          if (read > 0) connection.reading = false;
        },
        ended: () => undefined,
        drained: () => undefined,
        closed: () => undefined,
      };
      far.write(line.repeat(lines));
      const connection: Connection = new Connection(near, defaultLimits, () => handler);
      await until('something is read', () => read > 0);
      const stopped = read;
      for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setTimeout(resolve, 1));
      t.equal(read, stopped, 'nothing more');
      connection.reading = true;
      await until('it is read on', () => read > stopped);
    },
  );
}
