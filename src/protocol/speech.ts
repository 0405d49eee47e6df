/** What is said to people, in both of the server's languages. */
export interface Speech {
  readonly en: string;
  readonly pt: string;
}

export type Language = keyof Speech;

const quotedCharactersMax = 60;

/**
 * A piece of somebody's input, fit to stand in a message for people: quoted, cut to {@link quotedCharactersMax}
 * characters, with control characters escaped so that it cannot move a terminal's cursor.
 */
export function quote(input: string): string {
  const cut = input.length > quotedCharactersMax ? `${input.slice(0, quotedCharactersMax)}…` : input;
  return JSON.stringify(cut).replace(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The line from its first byte on that is neither space nor TAB: that one decides what the line is. */
export function skipBlanks(line: string): string {
  return line.replace(/^[ \t]+/, '');
}
