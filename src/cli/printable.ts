/** For a terminal: without control characters, whatever the server sent. TAB stays. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t]/gu, '\u{fffd}');
}

/** One line of JSON. Its own escapes leave out DEL and C1, which move cursors as well. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
