import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { openFiles } from '../support/process-figures.js';
import { until } from '../support/until.js';
import { enter } from '../support/visitors.js';

const openFilesMax = 512;
const more = 40;

t.test(
  'connections beyond connectionsMax are told so and ended, and those that are there notice nothing',
  async (t) => {
    const daemon = await startDaemon(t, { openFilesMax });
    const ana = await enter(t, daemon, 'ana', 'sala1');
    const { limits } = await ana.client.call('hello');
    const connectionsMax = limits.connectionsMax as number;
    t.ok(connectionsMax < openFilesMax, `${connectionsMax} connections leave files for the rooms`);

    const crowd = await Promise.all(
      Array.from({ length: connectionsMax - 1 + more }, () => LineClient.connect(t, daemon)),
    );
    await until('those over the bound are ended', () => crowd.filter(({ ended }) => ended).length >= more);
    const refused = crowd.filter(({ ended }) => ended);
    t.equal(refused.length, more);
    for (const client of refused) {
      t.match(await client.nextComment(), new RegExp(`^# .*there are ${connectionsMax} connections`));
      t.strictSame(await client.rest(), [], 'nothing else is said to it');
    }

    t.ok((await ana.client.call('room.send', { room: 'sala1', text: 'oi' })).seq, 'messages are stored');
    await ana.client.call('room.create', { room: 'nova' });
    t.ok((await ana.client.call('room.send', { room: 'nova', text: 'oi' })).seq, 'a new room finds its files');
    t.match(await ana.client.call('room.history', { room: 'sala1' }), { messages: [{ text: 'oi' }] }, 'so do readers');

    const full = openFiles(daemon.process.pid as number);
    for (const client of crowd) client.destroy();
    await until('they are gone', () => openFiles(daemon.process.pid as number) <= full - (connectionsMax - 1));
    await enter(t, daemon, 'bia', 'sala1');
    t.notMatch(daemon.log(), /"level":50/, 'nothing went wrong');
  },
);
