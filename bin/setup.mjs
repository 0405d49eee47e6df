// Makes a clone ready to run: installs the packages, then builds. Does only what is missing, and says why on stderr.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const whyInstall = reasonToInstall();
if (whyInstall) {
  // Dev packages too, even where NODE_ENV=production would leave them out: the compiler is one.
  run(`installing packages (${whyInstall})…`, 'npm', 'ci', '--include=dev');
}

const stampFile = 'build/.stamp';
const built = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
const stamp = stampOfSources();
if (built !== stamp) {
  removeOrphans();
  run(
    `building (${built ? 'the sources changed' : 'first time'})…`,
    process.execPath,
    'node_modules/typescript/bin/tsc',
  );
  writeFileSync(stampFile, stamp);
}

function reasonToInstall() {
  const installedLock = 'node_modules/.package-lock.json';
  if (!existsSync(installedLock)) return 'first time: about two minutes, SQLite is compiled';

  const installed = packagesIn(installedLock);
  const changed = Object.entries(packagesIn('package-lock.json')).some(
    // An optional package may be for another platform; '' is the project itself.
    ([path, { integrity, optional }]) => path !== '' && !optional && installed[path]?.integrity !== integrity,
  );
  if (changed) return 'package-lock.json changed';

  try {
    const Database = createRequire(import.meta.url)('better-sqlite3');
    new Database(':memory:').close();
  } catch {
    return `SQLite must be compiled for Node ${process.version}: about two minutes`;
  }
}

function packagesIn(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

// Every input with its time, not the newest time alone: a deleted file, or one put back from the past, counts too.
function stampOfSources() {
  const sources = ['src', 'test', 'bench', 'tools', 'types'].flatMap((folder) =>
    filesIn(folder).filter((f) => f.endsWith('.ts')),
  );
  return [...sources, 'tsconfig.json', 'package-lock.json'].map((f) => `${f} ${lstatSync(f).mtimeMs}\n`).join('');
}

// tsc leaves the output of a deleted source behind, where tap would still run it.
function removeOrphans() {
  for (const output of filesIn('build').filter((f) => f.endsWith('.js'))) {
    const source = output.replace(/^build\//, '').replace(/\.js$/, '.ts');
    if (!existsSync(source)) rmSync(output);
  }
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`);
}

// The output goes to stderr: stdout belongs to the command that comes after.
function run(message, command, ...args) {
  console.error(`salas: ${message}`);
  const { status } = spawnSync(command, args, { stdio: ['ignore', process.stderr, process.stderr] });
  if (status !== 0) process.exit(1);
}
