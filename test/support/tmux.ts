import { execFileSync, spawnSync } from 'node:child_process';
import type { Test } from 'tap';
import { salasCommand } from './daemon.js';
import { until } from './until.js';

/** Why there is no terminal to test in; false where there is one. */
export const noTmux = spawnSync('tmux', ['-V']).status === 0 ? false : 'tmux is not installed';

let servers = 0;

/** `salas` in a real terminal: tmux's, which draws what it is sent, and is asked for what is on its screen. */
export class Terminal {
  readonly #socket: string;

  constructor(
    t: Test,
    args: readonly string[],
    { columns, rows, env = {} }: { readonly columns: number; readonly rows: number; readonly env?: NodeJS.ProcessEnv },
  ) {
    this.#socket = `salas-test-${process.pid}-${servers++}`;
    const [command, commandArgs] = salasCommand(args);
    const shown = [command, ...commandArgs].map((arg) => `'${arg}'`).join(' ');
    this.#tmux(
      {
        ...process.env,
        LC_ALL: 'C.UTF-8',
        XDG_STATE_HOME: '/nonexistent',
        NO_COLOR: undefined,
        FORCE_COLOR: undefined,
        ...env,
      },
      ['-f', '/dev/null', 'new-session', '-d', '-x', `${columns}`, '-y', `${rows}`],
      // The terminal outlives the program, so that what it leaves behind can be seen.
      [`${shown}; echo "ended with $?"; exec cat`],
    );
    t.teardown(() => {
      if (!t.passing()) process.stderr.write(`the terminal's last screen:\n${this.rows().join('\n')}\n`);
      this.#tmux(process.env, ['kill-server']);
    });
  }

  /** Keys by tmux's names: `Enter`, `C-a`, `PPage`. */
  press(...keys: readonly string[]): void {
    this.#tmux(process.env, ['send-keys', ...keys]);
  }

  /** A text, a key a character. */
  type(text: string): void {
    this.#tmux(process.env, ['send-keys', '-l', '--', text]);
  }

  enter(text: string): void {
    this.type(text);
    this.press('Enter');
  }

  /** A text all at once, as from a clipboard. */
  paste(text: string): void {
    this.#tmux(process.env, ['set-buffer', '--', text]);
    this.#tmux(process.env, ['paste-buffer', '-p']);
  }

  resize(columns: number, rows: number): void {
    this.#tmux(process.env, ['resize-window', '-x', `${columns}`, '-y', `${rows}`]);
  }

  /** The rows of the screen, without the blanks at their ends. */
  rows(): string[] {
    return this.#tmux(process.env, ['capture-pane', '-p']).split('\n').slice(0, -1);
  }

  /** The same with escapes, where there are colours. */
  coloured(): string {
    return this.#tmux(process.env, ['capture-pane', '-p', '-e']);
  }

  /** What tmux tells of the pane: `#{cursor_x}`, `#{alternate_on}`. */
  tells(format: string): string {
    return this.#tmux(process.env, ['display-message', '-p', format]).trim();
  }

  /** Waits until the screen has a row that matches; answers it. */
  async sees(wanted: string | RegExp): Promise<string> {
    const has = (row: string) => (typeof wanted === 'string' ? row.includes(wanted) : wanted.test(row));
    await until(`the screen shows ${wanted}`, () => this.rows().some(has));
    return this.rows().find(has) ?? '';
  }

  async seesNo(wanted: string): Promise<void> {
    await until(`the screen shows no ${wanted}`, () => !this.rows().some((row) => row.includes(wanted)));
  }

  #tmux(env: NodeJS.ProcessEnv, ...args: readonly (readonly string[])[]): string {
    return execFileSync('tmux', ['-u', '-L', this.#socket, ...args.flat()], { env, encoding: 'utf8' });
  }
}
