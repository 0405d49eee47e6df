import { emitKeypressEvents, type Interface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { inputCharactersMax, type Key } from './editor.js';

/** The terminal's keys, pastes and answers. */

export interface Keyboard {
  onKey(key: Key): void;
  /** A text that came at once, of many lines perhaps. */
  onPaste(text: string): void;
  /** The terminal told its background: how light that is, from 0 to 1. */
  onBackground(lightness: number): void;
}

/** So long after an Escape a byte may still belong to it: over a network the parts of one key come apart. */
const escapeMs = 50;

/** Reads keys until the function that it answers is called. */
export function readKeys(input: ReadStream, { onKey, onPaste, onBackground }: Keyboard): () => void {
  const keys = new PassThrough();
  emitKeypressEvents(keys, { escapeCodeTimeout: escapeMs } as unknown as Interface);
  let paste: string | undefined;
  keys.on('keypress', (text: string | undefined, key: Key & { readonly sequence?: string }) => {
    if (key.name === 'paste-start') paste = '';
    else if (key.name === 'paste-end') {
      if (paste !== undefined) onPaste(paste);
      paste = undefined;
    } else if (paste === undefined) onKey({ ...key, text });
    else if (paste.length < inputCharactersMax) paste += key.sequence ?? text ?? '';
  });
  const read = (chunk: Buffer) => {
    const { rest, lightness } = withoutAnswer(chunk);
    if (lightness !== undefined) onBackground(lightness);
    if (rest.length > 0) keys.write(rest);
  };
  input.setRawMode(true);
  input.on('data', read);
  // It was paused, if this is not the first time.
  input.resume();
  return () => {
    input.off('data', read);
    input.setRawMode(false);
    input.pause();
    keys.destroy();
  };
}

/** The answer to OSC 11 of xterm: two or four hexadecimal digits a colour. */
const colour = '([\\da-f]{2,4})';
const answer = `\u001b\\]11;rgba?:${colour}/${colour}/${colour}[^\u0007\u001b]*(?:\u0007|\u001b\\\\)`;
const background = new RegExp(answer, 'i');

/** A chunk without the terminal's answer, if it is in it. */
function withoutAnswer(chunk: Buffer): { readonly rest: Buffer; readonly lightness?: number } {
  const bytes = chunk.toString('latin1');
  const found = background.exec(bytes);
  if (found === null) return { rest: chunk };
  const [red = 0, green = 0, blue = 0] = found.slice(1).map((digits) => Number.parseInt(digits.slice(0, 2), 16) / 255);
  // Rec. 709's weights of the three.
  const lightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return { rest: Buffer.from(bytes.replace(background, ''), 'latin1'), lightness };
}
