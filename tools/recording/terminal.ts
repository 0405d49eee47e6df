import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A terminal that a program runs in, as somebody would who types: a window of a tmux of its own. */
export interface Terminal {
  readonly title: string;
  /** Types a text, a letter each `letterMs`. */
  type(text: string, letterMs?: number): Promise<void>;
  /** Presses a key by its tmux name, for instance `Enter`. */
  press(key: string): void;
  /** The screen, a line a row, with its SGR sequences. */
  screen(): string[];
  /** Waits until a text is on the screen, and answers it. @throws {Error} when it does not come, with what is there */
  shows(text: string | RegExp): Promise<string>;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const letterMsDefault = 55;
const pollMs = 50;
const showsMs = 20_000;

/** Terminals on a tmux server that nobody else uses. */
export class Terminals {
  readonly #socket = `salas-record-${process.pid}`;
  #opened = 0;

  /** Opens one that runs `command` in a shell. @throws {Error} where there is no tmux */
  open(title: string, { columns, rows }: Size, command: string): Terminal {
    // A target of tmux's may not have a colon in its name, as a title has.
    const name = `terminal-${this.#opened++}`;
    const size = ['-x', `${columns}`, '-y', `${rows}`];
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-s', name, ...size, command);
    this.#tmux('set-option', '-g', 'status', 'off');
    this.#tmux('set-option', '-t', name, 'remain-on-exit', 'on');
    const screen = () => this.#tmux('capture-pane', '-e', '-p', '-N', '-t', name).split('\n').slice(0, rows);
    return {
      title,
      type: async (text, letterMs = letterMsDefault) => {
        for (const letter of text) {
          this.#tmux('send-keys', '-t', name, '-l', letter);
          await sleep(letterMs);
        }
      },
      press: (key) => void this.#tmux('send-keys', '-t', name, key),
      screen,
      shows: async (text) => {
        const plain = () => this.#tmux('capture-pane', '-p', '-t', name);
        for (const until = Date.now() + showsMs; ; await sleep(pollMs)) {
          const found = typeof text === 'string' ? plain().includes(text) && text : text.exec(plain())?.[0];
          if (found) return found;
          if (Date.now() > until) throw new Error(`${title} never shows ${text}, but\n${plain()}`);
        }
      },
    };
  }

  close(): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server']);
  }

  #tmux(...args: string[]): string {
    const { status, stdout, stderr, error } = spawnSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr.trim()}`);
    return stdout;
  }
}
