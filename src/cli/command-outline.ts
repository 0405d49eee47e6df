/** What the command line has, as plain data: what completion and the man page are made from. */

export interface CommandOutline {
  readonly name: string;
  readonly about: string;
  readonly positionals: readonly PositionalOutline[];
  readonly options: readonly OptionOutline[];
  readonly commands: readonly CommandOutline[];
  readonly examples: readonly { readonly line: string; readonly about: string }[];
}

export interface PositionalOutline {
  readonly name: string;
  readonly about: string;
  readonly optional: boolean;
  /** It takes all words that come. */
  readonly many: boolean;
  readonly choices: readonly string[];
}

export interface OptionOutline {
  readonly name: string;
  readonly about: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  /** Its default as people are told it. */
  readonly byDefault: string | undefined;
}

/** A command as it was declared to yargs. */
export interface Declaration {
  /** Its name, then its positionals, as in `send <room> [text..]`. */
  readonly original: string;
  /** False where the command is not for people. */
  readonly description: string | false;
  /** Declares positionals, options and commands to a parser. */
  // biome-ignore lint/suspicious/noExplicitAny: a parser that is only listened to
  readonly builder?: unknown | ((parser: any) => unknown);
}

/** The outline of a command, which is found out by having its builder declare everything to a listener. */
export function outline({ original, description, builder }: Declaration): CommandOutline {
  const declared = typeof builder === 'function' ? declarations(builder as (parser: unknown) => unknown) : [];
  const [name = '', ...words] = original.split(' ');
  const settings = new Map<string, Settings>();
  for (const { method, args } of declared) {
    const [first, second] = args;
    if (method === 'option' || method === 'positional') settings.set(first as string, second as Settings);
    if (method === 'options') for (const [option, all] of Object.entries(first as object)) settings.set(option, all);
  }
  const positionals = words.map((word) => positional(word, settings));
  const isPositional = new Set(positionals.map(({ name }) => name));
  const calls = (wanted: string) => declared.filter(({ method }) => method === wanted).map(({ args }) => args);
  return {
    name,
    about: description || '',
    positionals,
    options: [...settings].filter(([name]) => !isPositional.has(name)).map(([name, all]) => option(name, all)),
    commands: calls('command').flatMap(([original, description, builder]) => {
      const declaration = { original, description, builder } as Declaration;
      return declaration.description === false ? [] : [outline(declaration)];
    }),
    examples: calls('example').map(([line, about]) => ({ line: line as string, about: about as string })),
  };
}

interface Settings {
  readonly type?: string;
  readonly describe?: string;
  readonly choices?: readonly string[];
  readonly default?: unknown;
  readonly defaultDescription?: string;
}

function positional(word: string, settings: ReadonlyMap<string, Settings>): PositionalOutline {
  const name = word.replace(/[<>[\].]/g, '');
  const { describe = '', choices = [] } = settings.get(name) ?? {};
  return { name, about: describe, optional: word.startsWith('['), many: word.includes('..'), choices };
}

function option(name: string, settings: Settings): OptionOutline {
  const { type, describe = '', choices = [], default: value, defaultDescription } = settings;
  const takesValue = type !== 'boolean';
  const told = defaultDescription ?? (value === undefined ? undefined : String(value));
  // What stands alone is off unless it is said.
  return { name, about: describe, takesValue, choices, byDefault: takesValue ? told : undefined };
}

interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** All that is said to a parser that takes any call and answers itself. */
function declarations(builder: (parser: unknown) => unknown): readonly Call[] {
  const calls: Call[] = [];
  const listener: unknown = new Proxy(
    {},
    {
      get:
        (_, method) =>
        (...args: readonly unknown[]) => {
          calls.push({ method: String(method), args });
          return listener;
        },
    },
  );
  builder(listener);
  return calls;
}
