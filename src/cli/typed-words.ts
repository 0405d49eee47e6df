import type { CommandOutline, OptionOutline } from './command-outline.js';

/** What a command line that is being typed may go on with: a pure function of the words so far. */

export interface Candidate {
  readonly word: string;
  /** What it is, where there is more to say than the word does. */
  readonly about: string;
}

/** Where the server is. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly ca: string | undefined;
}

export interface Wanted {
  readonly candidates: readonly Candidate[];
  /** Any text goes here, which may be the name of a file. */
  readonly isFree?: boolean;
  /** The name of a room goes here: it begins with `typed`, behind the rooms in `before`. */
  readonly rooms?: { readonly place: Place; readonly typed: string; readonly before: string };
}

/** `words` are those behind `salas`; the last one is being typed, and may be empty. */
export function wanted(salas: CommandOutline, words: readonly string[]): Wanted {
  // bash cuts --port=4242 into three words.
  const typed = words.at(-1) === '=' ? '' : (words.at(-1) ?? '');
  const read = readWords(
    salas,
    words.slice(0, -1).filter((word) => word !== '='),
  );
  const { command, given, waiting, positionals, verbatim } = read;
  if (waiting !== undefined) return chosen(typed, waiting.choices);
  if (typed.startsWith('-') && !verbatim) {
    const [name, value] = cutOption(typed);
    const option = command.options.find((option) => option.name === name);
    if (value === undefined || option === undefined) return { candidates: starting(typed, optionsLeft(read)) };
    return chosen(
      typed,
      option.choices.map((choice) => `--${name}=${choice}`),
    );
  }
  if (command.commands.length > 0 && positionals === 0) {
    return {
      candidates: starting(
        typed,
        command.commands.map(({ name, about }) => ({ word: name, about })),
      ),
    };
  }
  const last = command.positionals.at(-1);
  const positional = command.positionals[positionals] ?? (last?.many ? last : undefined);
  if (positional === undefined) return { candidates: typed === '' && !verbatim ? optionsLeft(read) : [] };
  const isOfServer = command.options.some(({ name }) => name === 'host');
  if (isOfServer && /^rooms?$/.test(positional.name)) {
    const isList = positional.name === 'rooms' && !positional.many;
    const cut = isList ? typed.lastIndexOf(',') + 1 : 0;
    return { candidates: [], rooms: { place: placeOf(given), typed: typed.slice(cut), before: typed.slice(0, cut) } };
  }
  return chosen(typed, positional.choices);
}

interface Read {
  readonly command: CommandOutline;
  readonly given: ReadonlyMap<string, string>;
  /** The option whose value comes next. */
  readonly waiting: OptionOutline | undefined;
  /** How many positionals there are already. */
  readonly positionals: number;
  /** Behind `--`, where nothing is an option. */
  readonly verbatim: boolean;
}

function readWords(salas: CommandOutline, words: readonly string[]): Read {
  let command = salas;
  let waiting: OptionOutline | undefined;
  let positionals = 0;
  let verbatim = false;
  const given = new Map<string, string>();
  for (const word of words) {
    if (waiting !== undefined) {
      given.set(waiting.name, word);
      waiting = undefined;
    } else if (word === '--') {
      verbatim = true;
    } else if (word.startsWith('-') && !verbatim) {
      const [name, value] = cutOption(word);
      given.set(name, value ?? '');
      const option = command.options.find((option) => option.name === name);
      if (value === undefined && option?.takesValue) waiting = option;
    } else {
      const inner = positionals === 0 ? command.commands.find(({ name }) => name === word) : undefined;
      if (inner === undefined) positionals++;
      else command = inner;
    }
  }
  return { command, given, waiting, positionals, verbatim };
}

function cutOption(word: string): [name: string, value: string | undefined] {
  const [, name = '', value] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  return [name, value];
}

function optionsLeft({ command, given }: Read): Candidate[] {
  const left = command.options.filter(({ name }) => !given.has(name));
  return left.map(({ name, about }) => ({ word: `--${name}`, about }));
}

function chosen(typed: string, choices: readonly string[]): Wanted {
  const candidates = choices.map((word) => ({ word, about: '' }));
  return { candidates: starting(typed, candidates), isFree: choices.length === 0 };
}

function starting(typed: string, candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ word }) => word.startsWith(typed));
}

function placeOf(given: ReadonlyMap<string, string>): Place {
  const ca = given.get('ca');
  const tls = given.has('tls') || ca !== undefined;
  return { host: given.get('host') ?? '127.0.0.1', port: Number(given.get('port') ?? 4242), tls, ca };
}
