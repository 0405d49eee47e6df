import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { startDaemon } from '../support/daemon.js';

const document = readFileSync(new URL('../../../docs/client.md', import.meta.url), 'utf8');
/** Each program, and what is said to come of it. */
const examples = [...document.matchAll(/^```js\n(.*?)^```\n\n```text\n(.*?)^```$/gms)].map(([, program, output]) => ({
  program: program as string,
  output: output as string,
}));

t.test('every program in docs/client.md prints what the document says', async (t) => {
  t.equal(examples.length, [...document.matchAll(/^```js$/gm)].length, 'all of them say what they print');
  // Inside this package its own name leads to it, as in a package where it is installed.
  const directory = t.testdir();
  for (const { program, output } of examples) {
    // A server of its own for each: names begin at #1.
    const { port, stop } = await startDaemon(t);
    const file = join(directory, 'example.mjs');
    t.match(program, /\b4242\b/);
    writeFileSync(file, program.replaceAll('4242', String(port)));
    const { stdout } = await promisify(execFile)('env', ['-u', 'NODE_OPTIONS', process.execPath, file], {
      timeout: 30_000,
    });
    t.equal(stdout, output);
    await stop();
  }
});
