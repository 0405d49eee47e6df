import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { limitProgram, type Protocol } from '../generator.js';
import { sourceFolder } from '../paths.js';
import { newDirectory, output, removeDirectory, start, stop } from '../processes.js';
import { freePort, listening, type Running, type Server } from './server.js';

/** A server that is a program with a configuration of ours, which favours it, and a port. */
interface Program {
  readonly name: string;
  readonly title: string;
  readonly protocol: Protocol;
  readonly package: string;
  readonly version: () => string | undefined;
  /** Of bench/peers. */
  readonly configuration?: string;
  readonly command: (port: number, configuration: string) => readonly [program: string, ...args: string[]];
  readonly connectingMax?: number;
}

/** ngIRCd has so short a queue of new connections that the kernel drops what comes beyond, for a second. */
const ngircdConnectingMax = 8;
/** InspIRCd lets new users in once a second. */
const inspircdConnectingMax = 1000;

const programs: readonly Program[] = [
  {
    name: 'redis',
    title: 'Redis',
    protocol: 'redis',
    package: 'apt-get install redis-server',
    version: () => versionIn(output('redis-server', '--version'), /v=([\d.]+)/),
    configuration: 'redis.conf',
    command: (_port, configuration) => ['redis-server', configuration],
  },
  {
    name: 'nats',
    title: 'NATS',
    protocol: 'nats',
    package: 'apt-get install nats-server',
    version: () => versionIn(output('nats-server', '--version'), /v([\d.]+)/),
    configuration: 'nats.conf',
    command: (_port, configuration) => ['nats-server', '-c', configuration],
  },
  {
    name: 'ngircd',
    title: 'ngIRCd',
    protocol: 'irc',
    package: 'apt-get install ngircd',
    version: () => versionIn(output('ngircd', '--version'), /ngIRCd ([\d.]+)/),
    configuration: 'ngircd.conf',
    command: (_port, configuration) => ['ngircd', '--nodaemon', '--config', configuration],
    connectingMax: ngircdConnectingMax,
  },
  {
    name: 'inspircd',
    title: 'InspIRCd',
    protocol: 'irc',
    package: 'apt-get install inspircd',
    version: () => versionIn(output('inspircd', '--version'), /InspIRCd-([\d.]+)/),
    configuration: 'inspircd.conf',
    command: (_port, configuration) => [
      'inspircd',
      '--nofork',
      ...(userInfo().uid === 0 ? ['--runasroot'] : []),
      `--config=${configuration}`,
    ],
    connectingMax: inspircdConnectingMax,
  },
  {
    name: 'limit',
    title: 'C, batched',
    protocol: 'json',
    package: 'apt-get install gcc',
    version: () => 'bench/peers/limit.c',
    command: (port) => [limitProgram, String(port), 'batch'],
  },
  {
    name: 'limit-permsg',
    title: 'C, unbatched',
    protocol: 'json',
    package: 'apt-get install gcc',
    version: () => 'bench/peers/limit.c',
    command: (port) => [limitProgram, String(port), 'permsg'],
  },
];

export const programServers: readonly Server[] = programs.map(({ configuration, command, ...program }) => ({
  ...program,
  start: async ({ core }): Promise<Running> => {
    const port = await freePort();
    const directory = newDirectory(tmpdir());
    const file = join(directory, 'configuration');
    if (configuration !== undefined) writeFileSync(file, configured(configuration, port, directory));
    const [path, ...args] = command(port, file);
    const started = start(path, args, { core, cwd: directory });
    await listening(started, port);
    return {
      port,
      pid: started.pid,
      stop: async () => {
        await stop(started);
        removeDirectory(directory);
      },
    };
  },
}));

/** A configuration of bench/peers with its blanks filled in. */
function configured(name: string, port: number, directory: string): string {
  const { uid, gid } = userInfo();
  const blanks: Record<string, string> = {
    '@PORT@': String(port),
    '@DIR@': directory,
    '@UID@': String(uid),
    '@GID@': String(gid),
    '@RUNAS@': uid === 0 ? ' runasuser="root" runasgroup="root"' : '',
  };
  return readFileSync(join(sourceFolder, 'peers', name), 'utf8').replaceAll(
    /@[A-Z]+@/g,
    (blank) => blanks[blank] ?? '',
  );
}

function versionIn(text: string | undefined, pattern: RegExp): string | undefined {
  return text === undefined ? undefined : (pattern.exec(text)?.[1] ?? 'unknown');
}
