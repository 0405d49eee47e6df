import { colourOf } from '../../protocol/user-colours.js';

/** How things look: a style a meaning, never a colour in the view. */

const nameColours = 12;

export type Style =
  | 'text'
  | 'dim'
  | 'time'
  | 'separator'
  | 'own'
  | 'mention'
  | 'pending'
  | 'error'
  | 'event'
  | 'answer'
  | 'day'
  | 'new'
  | 'quote'
  | 'reaction'
  | 'mine'
  | 'bar'
  | 'bar-strong'
  | 'bar-dim'
  | 'bar-good'
  | 'bar-alert'
  | 'current'
  | 'unread'
  | 'online'
  | 'prompt'
  | `name-${number}`;

/** The style of a user's name: the same wherever the user is seen. */
export function nameStyle(userId: string): Style {
  return `name-${colourOf(userId, nameColours)}`;
}

export const themeNames = ['dark', 'light'] as const;
export type ThemeName = (typeof themeNames)[number];

/** The parameters of SGR (ECMA-48, 8.3.117) for a style. */
export type Theme = (style: Style) => string;

/** What a style is beside its colours: all that is left of it where there are none. */
const attributes: Partial<Record<Style, string>> = {
  dim: '2',
  time: '2',
  separator: '2',
  pending: '2',
  event: '2',
  day: '2',
  quote: '2',
  own: '1',
  mention: '1',
  new: '1',
  bar: '7',
  'bar-strong': '7;1',
  'bar-dim': '7',
  'bar-good': '7',
  'bar-alert': '7;1',
  current: '7',
  unread: '1',
  mine: '4',
  prompt: '1',
};

interface Palette {
  readonly styles: Partial<Record<Style, string>>;
  readonly names: readonly string[];
}

const on = (foreground: number, background?: number) =>
  `38;5;${foreground}${background === undefined ? '' : `;48;5;${background}`}`;

/** xterm's 256 colours: their greys and cubes are the same everywhere, unlike the first sixteen. */
const palettes: Readonly<Record<ThemeName, Palette>> = {
  dark: {
    styles: {
      dim: on(243),
      time: on(242),
      separator: on(238),
      own: '1',
      mention: `1;${on(222)}`,
      pending: `3;${on(245)}`,
      error: on(203),
      event: on(244),
      answer: on(110),
      day: on(245),
      new: on(203),
      quote: on(245),
      reaction: on(250),
      mine: on(222),
      bar: on(252, 236),
      'bar-strong': `1;${on(231, 236)}`,
      'bar-dim': on(245, 236),
      'bar-good': on(114, 236),
      'bar-alert': `1;${on(222, 236)}`,
      current: `1;${on(231, 61)}`,
      unread: `1;${on(252)}`,
      online: on(114),
      prompt: `1;${on(110)}`,
    },
    names: [110, 114, 180, 176, 80, 216, 147, 150, 211, 117, 187, 141].map((colour) => on(colour)),
  },
  light: {
    styles: {
      dim: on(246),
      time: on(247),
      separator: on(251),
      own: '1',
      mention: `1;${on(130)}`,
      pending: `3;${on(244)}`,
      error: on(160),
      event: on(244),
      answer: on(25),
      day: on(243),
      new: on(160),
      quote: on(243),
      reaction: on(240),
      mine: on(130),
      bar: on(238, 254),
      'bar-strong': `1;${on(16, 254)}`,
      'bar-dim': on(243, 254),
      'bar-good': on(28, 254),
      'bar-alert': `1;${on(130, 254)}`,
      current: `1;${on(231, 61)}`,
      unread: `1;${on(235)}`,
      online: on(28),
      prompt: `1;${on(25)}`,
    },
    names: [25, 28, 94, 90, 30, 130, 61, 64, 161, 31, 101, 55].map((colour) => on(colour)),
  },
};

/** The same for terminals of sixteen colours, which are whatever their users made of them. */
const sixteen: Palette = {
  styles: {
    error: '31',
    answer: '36',
    mention: '1;33',
    new: '31',
    mine: '33',
    'bar-alert': '7;1;33',
    online: '32',
    prompt: '1;36',
  },
  names: ['32', '33', '34', '35', '36', '31', '1;32', '1;33', '1;34', '1;35', '1;36', '1;31'],
};

/** The theme for a terminal with so many bits of colour; with 1 it has none. */
export function themeFor(name: ThemeName, colourBits: number): Theme {
  const palette = colourBits >= 8 ? palettes[name] : colourBits >= 4 ? sixteen : undefined;
  return (style) => {
    if (style.startsWith('name-')) return palette?.names[Number(style.slice('name-'.length))] ?? '';
    return palette?.styles[style] ?? attributes[style] ?? '';
  };
}
