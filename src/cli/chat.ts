import { randomBytes } from 'node:crypto';
import type { ConnectionState, Participant } from '../client/participant.js';
import { Conversing } from './chat/conversing.js';
import type { ChatEvent, Effect } from './chat/events.js';
import { readKeys } from './chat/keyboard.js';
import { chatInLines } from './chat/line-mode.js';
import { Screen } from './chat/screen.js';
import { type ChatState, initialState, type Size } from './chat/state.js';
import { type ThemeName, themeFor } from './chat/themes.js';
import { update } from './chat/update.js';
import { view } from './chat/view.js';
import { exitCodes } from './exit-codes.js';
import { tellFailure } from './failure.js';
import type { OneShotOptions } from './one-shot.js';
import { visit } from './visit.js';
import { wordsIn } from './words.js';

export interface ChatOptions extends OneShotOptions {
  /** `auto`: by what the terminal says of its background. */
  readonly theme: ThemeName | 'auto';
}

/** Chats in rooms until the person has enough of it; without a terminal in lines. Answers the exit code. */
export async function chat(rooms: readonly string[], options: ChatOptions): Promise<number> {
  const { stdin, stdout } = process;
  const onScreen = stdin.isTTY === true && stdout.isTTY === true && process.env.TERM !== 'dumb' && !options.json;
  try {
    if (onScreen) return await new Chat(rooms, options).run();
    const done = await visit(options, 'connected', (user) => chatInLines(user, rooms, options));
    return done ? exitCodes.done : exitCodes.refused;
  } catch (error) {
    return tellFailure(error, options, wordsIn(options.language));
  }
}

/** What comes within this time is drawn at once: many messages are one change of the screen. */
const frameMs = 12;
const tickMs = 1000;
const stops = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The loop: events change the state, effects are carried out, what the state looks like is drawn. */
class Chat {
  readonly #rooms: readonly string[];
  readonly #options: ChatOptions;
  readonly #colourBits = process.env.NO_COLOR ? 1 : process.stdout.getColorDepth();
  readonly #screen: Screen;
  #state: ChatState;
  #conversing: Conversing | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopKeys: (() => void) | undefined;
  #quit: (() => void) | undefined;
  #ticking: NodeJS.Timeout | undefined;

  constructor(rooms: readonly string[], options: ChatOptions) {
    this.#rooms = rooms;
    this.#options = options;
    const theme = options.theme === 'auto' ? (themeOf(process.env) ?? 'dark') : options.theme;
    this.#screen = new Screen(process.stdout, themeFor(theme, this.#colourBits));
    this.#state = initialState({
      address: `${options.host}:${options.port}`,
      language: options.language,
      size: sizeOf(process.stdout),
      now: Date.now(),
      session: randomBytes(12).toString('base64url'),
    });
  }

  async run(): Promise<number> {
    const told = (state: ConnectionState) => this.#dispatch({ type: 'connection', state });
    try {
      await visit(this.#options, 'connected', (user) => this.#converse(user), told);
      return exitCodes.done;
    } finally {
      this.#close();
    }
  }

  async #converse(user: Participant): Promise<void> {
    const events = user.events();
    this.#conversing = new Conversing(user, this.#options.language, (event) => this.#dispatch(event));
    this.#quit = () => void events.return?.();
    const { rooms } = await user.call('user.me');
    this.#open();
    const wanted = this.#rooms.map((room) => room.normalize('NFC'));
    this.#dispatch({ type: 'entered', userId: user.userId, rooms, wanted });
    for await (const push of events) this.#dispatch({ type: 'pushed', push });
  }

  #dispatch(event: ChatEvent): void {
    const { state, effects } = update(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#screen.draw(view(this.#state));
    }, frameMs);
  }

  #perform(effect: Effect): void {
    if (effect.type === 'quit') this.#quit?.();
    else if (effect.type === 'redraw') this.#screen.redraw();
    else if (effect.type === 'suspend') this.#suspend();
    else void this.#conversing?.perform(effect);
  }

  #open(): void {
    for (const signal of stops) process.once(signal, this.#stopped);
    process.once('uncaughtExceptionMonitor', this.#close);
    process.on('SIGCONT', this.#resume);
    process.stdout.on('resize', this.#resized);
    this.#ticking = setInterval(() => this.#dispatch({ type: 'ticked', now: Date.now() }), tickMs);
    this.#resume();
  }

  /** The terminal as it was. */
  readonly #close = (): void => {
    clearTimeout(this.#timer);
    clearInterval(this.#ticking);
    for (const signal of stops) process.off(signal, this.#stopped);
    process.off('uncaughtExceptionMonitor', this.#close);
    process.off('SIGCONT', this.#resume);
    process.stdout.off('resize', this.#resized);
    this.#stopKeys?.();
    this.#screen.stop();
  };

  readonly #resume = (): void => {
    if (this.#stopKeys !== undefined) return;
    this.#stopKeys = readKeys(process.stdin, {
      onKey: (key) => this.#dispatch({ type: 'key', key }),
      onPaste: (text) => this.#dispatch({ type: 'pasted', text }),
      onBackground: (lightness) => {
        if (this.#options.theme !== 'auto') return;
        this.#screen.theme = themeFor(lightness > 0.5 ? 'light' : 'dark', this.#colourBits);
      },
    });
    this.#screen.start(this.#options.theme === 'auto' && this.#colourBits > 1);
    this.#resized();
  };

  #suspend(): void {
    this.#stopKeys?.();
    this.#stopKeys = undefined;
    this.#screen.stop();
    // The whole job, as the terminal itself does at Ctrl-Z.
    process.kill(0, 'SIGTSTP');
    // Runs when it goes on, or at once where nobody could have it go on, and the system therefore does not stop it.
    setTimeout(this.#resume, frameMs);
  }

  readonly #resized = (): void => this.#dispatch({ type: 'resized', size: sizeOf(process.stdout) });

  readonly #stopped = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGHUP') this.#screen.abandon();
    this.#quit?.();
  };
}

/** A terminal that was never told its size says 0. */
function sizeOf({ columns, rows }: typeof process.stdout): Size {
  return { columns: columns || 80, rows: rows || 24 };
}

/** The theme for the background that rxvt, Konsole and others tell: `foreground;background`, of the first 16 colours. */
export function themeOf({ COLORFGBG }: NodeJS.ProcessEnv): ThemeName | undefined {
  const background = /;(\d+)$/.exec(COLORFGBG ?? '')?.[1];
  if (background === undefined) return undefined;
  return background === '7' || background === '15' ? 'light' : 'dark';
}
