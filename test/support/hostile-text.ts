import fc from 'fast-check';

/** Pieces of text that disturb terminals: escapes, wide and joined characters, marks, both directions, broken halves. */
const pieces = [
  '\u001b[2J\u001b[H',
  '\u001b]0;título\u0007',
  '\u009b31m',
  '\r\n',
  '\t',
  '\b\b\b',
  '\u2028',
  '\u202etxt.exe',
  '\u2066',
  '日本語',
  '한국',
  '👨‍👩‍👧‍👦',
  '👍🏽',
  '🇧🇷',
  '❤️',
  '\u200d',
  '\ufe0f',
  '\u0301',
  'z\u0301\u0302\u0303\u0304\u0305\u0306',
  'مرحبا',
  'नमस्ते',
  'ก็',
  '\ud800',
  '\udc00',
  ' ',
  'palavra',
  'umapalavramuitocompridasemnenhumespaço',
  '@ana#1',
  '#42',
] as const;

/** Texts that no server should send, and that a client has to show all the same. */
export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 12 })
  .map((parts) => parts.join(''));
