import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFilesMax } from '../../src/cli/open-files.js';
import { defaultLimits } from '../../src/protocol/limits.js';
import { type Attack, attacks } from '../attacks.js';
import type { Sample } from '../metrics.js';
import { buildFolder } from '../paths.js';
import { lastLines, start, stop } from '../processes.js';
import type { Server } from '../servers/server.js';
import { openFiles, rssMiB, watch } from '../watch.js';
import {
  type Bench,
  type Case,
  generatorCore,
  loadOn,
  only,
  type Subject,
  subject,
  type Workload,
} from './workload.js';

const members = 20;
const publishers = 10;
/** Messages a second of those who do nothing wrong. */
const rate = 500;
/** The others are at work before the attack begins. */
const warmSeconds = 2;
const settleSeconds = 2;
/** What an attack needs beside its connections. */
const otherFiles = 512;
/** What a connection costs that does nothing, by the bar of W4. */
const idleConnectionBytes = 12 * 1024;
/** What the heaps of the threads may grow by under any new load: their young objects, and buffers not yet collected. */
const heapGrowthBytes = 64 * 2 ** 20;

/** Whether hostile clients cost more memory than the limits say, or the others their time. */
export const hostile: Workload = {
  id: 'W7',
  title: 'Hostile clients',
  about: [
    `${publishers} of ${members} members of one room send ${rate} messages a second in all, open loop as in W5, while somebody ` +
      'attacks; “no attack” is the same without. The p99 of the others is that of the answers or that of the last deliveries, ' +
      'whichever is longer. The attacker shares the generator’s core, at the lowest priority.',
    'The memory that an attack may cost is that of its connections, by the limits that `hello` tells: what an idle one ' +
      `costs (${idleConnectionBytes / 1024} KiB, the bar of W4) and, by the kind of attack, an unfinished line, the send queue, and the frame or ` +
      `page that goes over it; the recent events of all rooms, ${defaultLimits.ringBytesMax / 2 ** 20} MiB; and ${heapGrowthBytes / 2 ** 20} MiB for garbage.`,
    `Before: ${warmSeconds} s after the others began. After: ${settleSeconds} s after everybody is gone.`,
    'Logins: 100 accounts are made, then all log in at once with the right password, ten each, and again whenever they are ' +
      'told to come again, until the end of the run.',
    'The busy room is another one, with 500 messages of 8 KB a second; the calls are `room.history` with full pages, and `hello`.',
  ],
  headline: 'worstP99Us',
  columns: [
    'worstP99Us',
    'ackP50Us',
    'ackP99Us',
    'lastP50Us',
    'lastP99Us',
    'rssBeforeMiB',
    'rssHighestMiB',
    'rssAfterMiB',
    'rssOfBoundPercent',
    'filesBefore',
    'filesHighest',
    'filesAfter',
    'serverCpuPercent',
    'generatorCpuPercent',
  ],
  cases: (bench) => {
    const [salas] = only(bench, 'salas');
    if (salas === undefined || bench.settings.quick) return [];
    return (Object.keys(attacks) as Attack[]).map((attack) => attackCase(bench, salas, attack));
  },
};

function attackCase(bench: Bench, salas: Server, attack: Attack): Case {
  const calm = {
    ...hostileSubject(bench, salas, undefined, attacks[attack].seconds),
    name: 'salas-calm',
    title: 'no attack',
  };
  return {
    id: attack,
    title: attacks[attack].title,
    seconds: attacks[attack].seconds + warmSeconds + settleSeconds + 2,
    subjects: [calm, hostileSubject(bench, salas, attack, attacks[attack].seconds)],
  };
}

function hostileSubject(bench: Bench, salas: Server, attack: Attack | undefined, seconds: number): Subject {
  return subject(bench, salas, { rooms: 2 }, async (port, pid) => {
    const needed = (attack === undefined ? 0 : attacks[attack].connections) + otherFiles;
    if (openFilesMax() < needed) {
      throw new Error(`skipped: ${needed} open files are needed, and ulimit -Hn is ${openFilesMax()}`);
    }
    const load = loadOn(bench, salas, port, pid, {
      members,
      pubs: publishers,
      rate,
      warm: warmSeconds,
      secs: seconds,
    });
    await Promise.race([sleep(1000 * warmSeconds), load]);
    const before = { rssMiB: rssMiB(pid), files: openFiles(pid) };
    const watched = watch(pid);
    try {
      const did = attack === undefined ? undefined : startAttack(bench, attack, port);
      const others = await load.finally(() => did?.stop());
      await did?.check();
      await sleep(1000 * settleSeconds);
      const highest = watched.stop();
      return {
        ...others,
        worstP99Us: Math.max(others.ackP99Us ?? 0, others.lastP99Us ?? 0),
        rssBeforeMiB: before.rssMiB,
        rssHighestMiB: highest.rssMiB,
        rssAfterMiB: rssMiB(pid),
        filesBefore: before.files,
        filesHighest: highest.files,
        filesAfter: openFiles(pid),
        ...(attack === undefined
          ? {}
          : { rssOfBoundPercent: (100 * (highest.rssMiB - before.rssMiB)) / boundMiB(attack) }),
      } satisfies Sample;
    } finally {
      watched.stop();
    }
  });
}

/** The attack in a process of its own. `check` throws where it did not come to what it is named for. */
function startAttack(bench: Bench, attack: Attack, port: number) {
  const program = join(buildFolder, 'attacker.js');
  const started = start(process.execPath, [program, attack, String(port)], { core: generatorCore(bench) });
  return {
    stop: () => stop(started),
    check: async () => {
      await started.ended;
      if (started.stdout() === '')
        throw new Error(`the attack did not come to its end (is the machine busy?): ${lastLines(started.stderr())}`);
    },
  };
}

/** By how much an attack may make the memory grow. */
function boundMiB(attack: Attack): number {
  const { connections, bytesEach } = attacks[attack];
  return (connections * (idleConnectionBytes + bytesEach) + defaultLimits.ringBytesMax + heapGrowthBytes) / 2 ** 20;
}
