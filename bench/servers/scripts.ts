import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sourceFolder } from '../paths.js';
import { output, start, stop } from '../processes.js';
import { freePort, listening, type Running, type Server } from './server.js';

/** Servers of a few lines, in bench/peers, on a library that is no dependency of ours. */

/** Where their npm packages are looked for: outside of the project, so that they outlive a clone. */
const packagesFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'salas-bench');
const nodeModules = join(packagesFolder, 'node_modules');

function nodeServer(name: string, title: string, protocol: 'ws' | 'sio', library: string, major: number): Server {
  return {
    name,
    title,
    protocol,
    package: `npm install --prefix ${packagesFolder} ${library}@${major}`,
    version: () => {
      const manifest = join(nodeModules, library, 'package.json');
      if (!existsSync(manifest)) return undefined;
      return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
    },
    start: ({ core }) => startScript(process.execPath, `${name}-server.cjs`, core, { NODE_PATH: nodeModules }),
  };
}

export const ws = nodeServer('ws', 'ws', 'ws', 'ws', 8);
export const socketIo = nodeServer('socketio', 'Socket.IO', 'sio', 'socket.io', 4);

/** The Python that Debian's packages are for, before another that may come first in PATH. */
const pythons = ['/usr/bin/python3', 'python3'];

let python: { readonly program: string; readonly version: string } | undefined;

/** The Python that has RPyC. */
export function pythonWithRpyc(): { readonly program: string; readonly version: string } | undefined {
  for (const program of pythons) {
    if (python !== undefined) break;
    const version = output(program, '-c', 'import rpyc; print(rpyc.__version__)')?.trim();
    if (version !== undefined) python = { program, version };
  }
  return python;
}

/** Answers calls only; has no pushes. */
export const rpyc: Server = {
  name: 'rpyc',
  title: 'RPyC',
  protocol: 'rpyc',
  package: 'apt-get install python3-rpyc',
  version: () => pythonWithRpyc()?.version,
  start: ({ core }) => startScript(pythonWithRpyc()?.program ?? 'python3', 'rpyc-server.py', core),
};

async function startScript(
  program: string,
  script: string,
  core: number | undefined,
  env: NodeJS.ProcessEnv = {},
): Promise<Running> {
  const port = await freePort();
  const started = start(program, [join(sourceFolder, 'peers', script), String(port)], { core, env });
  await listening(started, port);
  return { port, pid: started.pid, stop: () => stop(started) };
}
