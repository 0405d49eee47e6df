import { printable } from './printable.js';

/** How far a work of many steps has come: one line on a terminal, gone at its end; elsewhere nothing. */
export interface Progress {
  step(name: string): void;
  end(): void;
}

const tellEveryMs = 100;
const eraseLine = '\r\u001b[2K';

/** A work that is done within a moment says nothing. */
export function progress(): Progress {
  const { stderr } = process;
  let count = 0;
  let told = performance.now();
  let shown = false;
  return {
    step(name) {
      count++;
      const now = performance.now();
      if (!stderr.isTTY || now - told < tellEveryMs) return;
      told = now;
      shown = true;
      const width = stderr.columns ?? 80;
      stderr.write(`${eraseLine}${printable(`${count} ${name}`).slice(0, width - 1)}`);
    },
    end() {
      if (shown) stderr.write(eraseLine);
    },
  };
}
