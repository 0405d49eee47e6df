import type { WriteStream } from 'node:tty';
import type { Theme } from './themes.js';
import type { Frame, Placed } from './view.js';

/** The terminal as a screen. Of what is drawn only the rows that differ are written, all in one write. */

/** ECMA-48 and xterm's private modes: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html */
const csi = '\u001b[';
const osc = '\u001b]';
// The other screen; no wrapping at the right edge; no arrow keys instead of the wheel; pastes in brackets.
const enter = `${csi}?1049h${csi}?7l${csi}?1007l${csi}?2004h`;
const leave = `${csi}?2004l${csi}?1007h${csi}?7h${csi}?25h${csi}0m${csi}?1049l`;
// Terminals that know it show what stands between as one: https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036
const beginUpdate = `${csi}?2026h${csi}?25l`;
const endUpdate = `${csi}?25h${csi}?2026l`;
const eraseLine = `${csi}0m${csi}K`;
const askBackground = `${osc}11;?\u001b\\`;

export class Screen {
  readonly #output: WriteStream;
  #theme: Theme;
  /** What each row of the terminal shows; empty where that is not known. */
  #shown: string[] = [];
  #cursor = '';
  #frame: Frame | undefined;
  #isOn = false;

  constructor(output: WriteStream, theme: Theme) {
    this.#output = output;
    this.#theme = theme;
  }

  /** Takes the terminal, which is asked for its background where `asking`: it may answer as if keys were pressed. */
  start(asking: boolean): void {
    this.#isOn = true;
    this.#shown = [];
    this.#output.write(enter + (asking ? askBackground : ''));
    if (this.#frame !== undefined) this.draw(this.#frame);
  }

  /** Leaves the terminal as it was. */
  stop(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#output.write(leave);
  }

  /** The terminal is gone. */
  abandon(): void {
    this.#isOn = false;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    this.redraw();
  }

  /** Draws all rows again, whatever the terminal shows. */
  redraw(): void {
    this.#shown = [];
    if (this.#frame !== undefined) this.draw(this.#frame);
  }

  draw(frame: Frame): void {
    this.#frame = frame;
    if (!this.#isOn) return;
    let changes = '';
    frame.rows.forEach((row, index) => {
      const line = this.#line(row);
      if (this.#shown[index] === line) return;
      this.#shown[index] = line;
      changes += `${csi}${index + 1};1H${eraseLine}${line}`;
    });
    this.#shown.length = frame.rows.length;
    const { row, column } = frame.cursor;
    const cursor = `${csi}${row + 1};${column + 1}H`;
    // What does not change is left alone: the cursor goes on blinking.
    if (changes === '' && cursor === this.#cursor) return;
    this.#cursor = cursor;
    this.#output.write(`${beginUpdate}${changes}${csi}0m${cursor}${endUpdate}`);
  }

  #line(row: readonly Placed[]): string {
    let line = '';
    for (const { text, style, column } of row) {
      // Each span goes to its own place: a terminal may take other widths for emoji than those that are counted here.
      line += `${csi}${column + 1}G${csi}0${parameters(this.#theme(style))}m${text}`;
    }
    return line;
  }
}

function parameters(sgr: string): string {
  return sgr === '' ? '' : `;${sgr}`;
}
