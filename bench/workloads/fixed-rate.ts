import { Overloaded } from '../generator.js';
import type { Sample } from '../metrics.js';
import { find } from '../results.js';
import type { Server } from '../servers/server.js';
import { fanOut, fanOutId } from './fan-out.js';
import { type Bench, except, loadOn, only, runSeconds, type Subject, subject, type Workload } from './workload.js';

const members = 100;
const publishers = 50;
const window = 8;
const percents = [10, 25, 50, 75, 90];
const quickPercents = [25, 50];

/** How latency grows with the load. */
export const fixedRate: Workload = {
  id: 'W5',
  title: 'Latency at fixed rates',
  about: [
    `Open loop: ${publishers} publishers send at a fixed rate into a room of ${members}, whether or not the server keeps ` +
      `up; a message’s time begins when it was due. 100 % is the best rate of salas in W1 with ${publishers} × ${window} in flight.`,
    'Overloaded: a publisher had two seconds of its messages unfinished. Such a server is not tried at higher rates.',
  ],
  headline: 'lastP99Us',
  columns: [
    'deliveriesPerSecond',
    'lastP50Us',
    'lastP99Us',
    'lastP999Us',
    'ackP50Us',
    'serverCpuPercent',
    'generatorCpuPercent',
    'rssMiB',
  ],
  cases: (bench) => {
    const servers = bench.settings.quick
      ? only(bench, 'salas', 'redis', 'limit')
      : except(bench, 'salas-tmpfs', 'limit-permsg', 'rpyc');
    const subjectAt = subjectsAtRates(bench);
    return (bench.settings.quick ? quickPercents : percents).map((percent) => ({
      id: rateId(percent),
      title: `${percent} % of the rate at saturation`,
      seconds: runSeconds(bench, 0.7),
      subjects: servers.map((server) => subjectAt(server, percent)),
    }));
  },
};

/** What is less than the rate asked for by more than this is no delivery at that rate. */
const keptUpFraction = 0.95;

/** Remembers which server was overloaded, and the rate at saturation once somebody has asked for it. */
function subjectsAtRates(bench: Bench): (server: Server, percent: number) => Subject {
  const overloads: { readonly name: string; readonly percent: number }[] = [];
  let saturation: Promise<number> | undefined;

  const measure = async (server: Server, percent: number): Promise<Sample> => {
    saturation ??= saturationOf(bench);
    const rate = Math.round(((await saturation) * percent) / 100);
    const sample = await subject(bench, server, { rooms: 1 }, (port, pid) =>
      loadOn(bench, server, port, pid, { members, pubs: publishers, rate }),
    ).measure();
    // A sender to IRC does not get its own.
    const offered = rate * (server.protocol === 'irc' ? members - 1 : members);
    if ((sample.deliveriesPerSecond ?? 0) < keptUpFraction * offered) throw new Overloaded('it did not keep up');
    return sample;
  };

  return (server, percent) => ({
    name: server.name,
    title: server.title,
    measure: async () => {
      const { name } = server;
      // Most runs at a rate, not a single one: that may have been disturbed.
      const isTooMuch = (rate: number): boolean =>
        overloads.filter((each) => each.name === name && each.percent === rate).length > bench.settings.runs / 2;
      if (percents.some((rate) => rate < percent && isTooMuch(rate))) {
        overloads.push({ name, percent });
        throw new Overloaded('not tried: overloaded before');
      }
      try {
        return await measure(server, percent);
      } catch (error) {
        if (error instanceof Overloaded) overloads.push({ name, percent });
        throw error;
      }
    },
  });
}

export function rateId(percent: number): string {
  return `${percent}-percent`;
}

/** Messages a second, from W1 or, where that was not run, from a run of its own. */
async function saturationOf(bench: Bench): Promise<number> {
  const measured = find(bench.results(), fanOut.id, fanOutId(members, publishers, window), 'salas');
  const best = measured?.summary.deliveriesPerSecond?.max;
  if (best !== undefined) return best / members;
  const [salas] = only(bench, 'salas');
  if (salas === undefined) throw new Error('the rates are parts of the rate of salas, which is not among the peers');
  const sample = await subject(bench, salas, { rooms: 1 }, (port, pid) =>
    loadOn(bench, salas, port, pid, { members, pubs: publishers, window }),
  ).measure();
  return (sample.deliveriesPerSecond ?? 0) / members;
}
