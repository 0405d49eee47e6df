import { readFileSync } from 'node:fs';
import t from 'tap';
import { defaultLimits } from '../../src/protocol/limits.js';
import { startDaemon } from '../support/daemon.js';
import { until } from '../support/until.js';
import { register } from '../support/visitors.js';

const ticksPerSecond = 100;

/** The timer that the system runs for the server's end of a connection: proc_net_tcp(5), `tr` and `tm->when`. */
function timerOf(serverPort: number, clientPort: number): { kind: string; seconds: number } | undefined {
  const hex = (port: number) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n')) {
    const [, local, remote, , , timer] = line.trim().split(/\s+/);
    if (!local?.endsWith(hex(serverPort)) || !remote?.endsWith(hex(clientPort))) continue;
    const [kind, ticks] = (timer as string).split(':') as [string, string];
    return { kind, seconds: Number.parseInt(ticks, 16) / ticksPerSecond };
  }
  return undefined;
}

const keepAliveTimer = '02';

t.test('the system looks after silent peers', { skip: process.platform !== 'linux' }, async (t) => {
  const daemon = await startDaemon(t);
  const ana = await register(t, daemon, 'ana');
  const { limits } = await ana.client.call('hello');
  t.equal(limits.keepAliveSeconds, defaultLimits.keepAliveSeconds);
  const clientPort = ana.client.socket.localPort as number;
  const timer = () => timerOf(daemon.port, clientPort);
  await until('all that was sent is acknowledged', () => timer()?.kind === keepAliveTimer);
  const { seconds } = timer() ?? { seconds: 0 };
  t.ok(seconds > 1 && seconds <= defaultLimits.keepAliveSeconds + 1, `it asks in ${seconds} s`);
});
