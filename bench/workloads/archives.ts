import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../metrics.js';
import { projectFolder } from '../paths.js';
import { lastLines, newDirectory, removeDirectory, type Started, start, stop } from '../processes.js';
import { diskFolder, serve } from '../servers/salas.js';
import { rssMiB, watch } from '../watch.js';
import { seededOnceAsked } from './seed.js';
import { type Case, only, type Subject, type Workload } from './workload.js';

const room = 'r0';
const messages = 1_000_000;
const quickMessages = 30_000;
/** Times the messages, to see whether memory grows with them. */
const more = 3;
const formats = ['jsonl', 'txt', 'csv', 'html'] as const;
type Format = (typeof formats)[number];
const everyMs = 20;

export const exportId = 'export';
export const moreName = 'salas-more';
export const comparedName = 'salas-jsonl';

export const archives: Workload = {
  id: 'W9',
  title: 'Archives',
  about: [
    'A room of messages of about 80 bytes is exported into a file on the disk, by a command that asks a server for page after ' +
      'page, and an export is imported as a new room while the server runs. All cores are used. The memory is the highest ' +
      'that was seen, every 20 ms of the command; of the server while the command ran.',
  ],
  headline: 'messagesPerSecond',
  columns: ['messagesPerSecond', 'commandRssMiB', 'rssBeforeMiB', 'rssHighestMiB'],
  cases: (bench) => {
    if (only(bench, 'salas').length === 0) return [];
    const count = bench.settings.quick ? quickMessages : messages;
    return [exportCase(count), importCase(count)];
  },
};

function exportCase(count: number): Case {
  const subject = (name: string, format: Format, messages: number, data: () => string): Subject => ({
    name,
    title: `${messages.toLocaleString('en')} messages as ${format}`,
    measure: () => exported(data(), messages, format),
  });
  const data = seededOnceAsked([room], count);
  return {
    id: exportId,
    title: 'Export',
    seconds: 2 + count / 50_000,
    subjects: [
      ...formats.map((format) => subject(`salas-${format}`, format, count, data)),
      subject(moreName, 'jsonl', more * count, seededOnceAsked([room], more * count)),
    ],
  };
}

function importCase(count: number): Case {
  const data = seededOnceAsked([room], count);
  const title = `${count.toLocaleString('en')} messages`;
  return {
    id: 'import',
    title: 'Import',
    seconds: 2 + count / 20_000,
    subjects: [{ name: 'salas', title, measure: () => imported(data(), count) }],
  };
}

async function exported(data: string, messages: number, format: Format): Promise<Sample> {
  const directory = newDirectory(diskFolder);
  const { started, port } = await serve(data, [room], undefined);
  try {
    return await measured(started, messages, [
      ...['export', room, '--port', `${port}`, '--name', 'arquivo', '--format', format],
      ...['--output', join(directory, 'archive')],
    ]);
  } finally {
    await stop(started, 'SIGTERM');
    removeDirectory(directory);
  }
}

async function imported(data: string, messages: number): Promise<Sample> {
  const directory = newDirectory(diskFolder);
  const file = join(directory, 'archive.jsonl');
  const { started, port } = await serve(data, [room], undefined);
  try {
    await commanded(['export', room, '--port', `${port}`, '--name', 'arquivo', '--output', file]);
  } finally {
    await stop(started, 'SIGTERM');
  }
  const target = await serve(join(directory, 'data'), [room], undefined);
  try {
    return await measured(target.started, messages, ['import', 'novo', file, '--data', join(directory, 'data')]);
  } finally {
    await stop(target.started, 'SIGTERM');
    removeDirectory(directory);
  }
}

/** What a command for so many messages takes, of itself and of the server. */
async function measured(server: Started, messages: number, args: readonly string[]): Promise<Sample> {
  const rssBeforeMiB = rssMiB(server.pid);
  const watched = watch(server.pid);
  const began = performance.now();
  const commandRssMiB = await commanded(args);
  const seconds = (performance.now() - began) / 1000;
  const { rssMiB: rssHighestMiB } = watched.stop();
  return { messagesPerSecond: messages / seconds, commandRssMiB, rssHighestMiB, rssBeforeMiB };
}

/** Runs a command of salas to its end, and answers how much memory it had at the most, in MiB. @throws if it fails */
async function commanded(args: readonly string[]): Promise<number> {
  const command = start(process.execPath, ['bin/salas', ...args], { cwd: projectFolder });
  let highest = 0;
  let exit: number | string | undefined;
  const ended = command.ended.then((code) => {
    exit = code;
  });
  while (exit === undefined) {
    highest = Math.max(highest, rssUnlessEnded(command.pid));
    await Promise.race([ended, sleep(everyMs)]);
  }
  if (exit !== 0) throw new Error(`salas ${args[0]} ended with ${exit}: ${lastLines(command.stderr())}`);
  return highest;
}

function rssUnlessEnded(pid: number): number {
  try {
    return rssMiB(pid) || 0;
  } catch {
    return 0;
  }
}
