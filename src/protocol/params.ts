import * as v from 'valibot';
import { type Role, roles } from './events.js';
import type { Limits } from './limits.js';
import { parseWord, type RoomName, type SessionId, type UserName, userId } from './names.js';
import { preparePassword } from './passwords.js';
import { type Refusal, refusals } from './refusals.js';
import { mixedLetters } from './scripts.js';
import { parseQuery, type SearchQuery } from './search-query.js';
import type { Speech } from './speech.js';

/**
 * What one parameter takes: its wire type (`schema`, described by `wanted`), and `check` for what a type
 * cannot say. `check` answers the value the handlers get, for instance a name in NFC, or a refusal.
 */
export interface ParamKind<Wire, Value = Wire> {
  readonly schema: v.GenericSchema<Wire>;
  readonly wanted: Speech;
  readonly check?: (value: Wire, limits: Limits, field: string) => Checked<Value>;
}

type Checked<Value> = { readonly value: Value } | { readonly refusal: Refusal };

const wantedString: Speech = { en: 'a string', pt: 'um texto' };

export const anyString: ParamKind<string> = { schema: v.string(), wanted: wantedString };

/** Any value whose echo is safe to write: JSON.stringify recurses, and throws some thousand levels down. */
export const anyJson: ParamKind<unknown> = {
  schema: v.unknown(),
  wanted: { en: 'any value', pt: 'qualquer valor' },
  check: (value, limits, field) =>
    depthAtMost(value, limits.dataDepthMax)
      ? { value }
      : {
          refusal: refusals.paramMistyped(field, {
            en: `at most ${limits.dataDepthMax} levels deep`,
            pt: `de no máximo ${limits.dataDepthMax} níveis`,
          }),
        },
};

export const wholeNumber: ParamKind<number> = {
  schema: v.pipe(v.number(), v.safeInteger()),
  wanted: { en: 'a whole number', pt: 'um número inteiro' },
};

/** A position in a log: 0 is before its first event. */
export const position: ParamKind<number> = {
  schema: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  wanted: { en: 'a whole number from 0', pt: 'um número inteiro a partir de 0' },
};

export const pageLimit: ParamKind<number> = {
  schema: v.pipe(v.number(), v.safeInteger()),
  wanted: { en: 'a whole number', pt: 'um número inteiro' },
  check: (value, limits, field) =>
    value >= 1 && value <= limits.historyLimitMax
      ? { value }
      : {
          refusal: refusals.paramMistyped(field, {
            en: `from 1 to ${limits.historyLimitMax}`,
            pt: `de 1 a ${limits.historyLimitMax}`,
          }),
        },
};

/** Whole numbers from `min` to the limit that `max` picks. */
function secondsUpTo(min: number, max: (limits: Limits) => number): ParamKind<number> {
  return {
    schema: v.pipe(v.number(), v.safeInteger()),
    wanted: { en: 'a whole number', pt: 'um número inteiro' },
    check: (value, limits, field) =>
      value >= min && value <= max(limits)
        ? { value }
        : {
            refusal: refusals.paramMistyped(field, {
              en: `from ${min} to ${max(limits)}`,
              pt: `de ${min} a ${max(limits)}`,
            }),
          },
  };
}

/** For how long a ban or a mute is. */
export const sanctionSeconds = secondsUpTo(1, ({ sanctionSecondsMax }) => sanctionSecondsMax);

/** 0 ends slow mode. */
export const slowModeSeconds = secondsUpTo(0, ({ slowModeSecondsMax }) => slowModeSecondsMax);

export const yesOrNo: ParamKind<boolean> = {
  schema: v.boolean(),
  wanted: { en: 'true or false', pt: 'true ou false' },
};

export const roleName: ParamKind<Role> = {
  schema: v.picklist(roles),
  wanted: { en: roles.join(', '), pt: roles.join(', ') },
};

export const userName: ParamKind<string, UserName> = {
  schema: v.string(),
  wanted: wantedString,
  check: (input, limits, field) => {
    const name = parseWord(input, limits.nameCharactersMax);
    if (name === undefined) return { refusal: refusals.nameInvalid(limits, field) };
    const mixed = mixedLetters(name);
    return mixed === undefined ? { value: name as UserName } : { refusal: refusals.nameMixed(...mixed, field) };
  },
};

export const roomName: ParamKind<string, RoomName> = {
  schema: v.string(),
  wanted: wantedString,
  check: (input, limits, field) => {
    const name = parseWord(input, limits.roomNameCharactersMax);
    return name === undefined ? { refusal: refusals.roomNameInvalid(limits, field) } : { value: name as RoomName };
  },
};

/** A user's id, in NFC as ids are; whether there is such a user is not asked here. */
export const userIdText: ParamKind<string> = {
  schema: v.string(),
  wanted: wantedString,
  check: (id) => ({ value: id.normalize('NFC') }),
};

/** Whose account: a user's id, or a name that is reserved. What cannot be either is refused, whoever there is. */
export const accountId: ParamKind<string> = {
  schema: v.string(),
  wanted: wantedString,
  check: (input, limits, field) => {
    const [, word, number] = /^([^#]*)(?:#([1-9]\d{0,14}))?$/.exec(input) ?? [];
    const name = word === undefined ? undefined : parseWord(word, limits.nameCharactersMax);
    if (name === undefined) return { refusal: refusals.accountIdInvalid(field) };
    return { value: number === undefined ? name : userId(name as UserName, Number(number)) };
  },
};

/** A password that somebody claims to be theirs. */
export const password: ParamKind<string> = {
  schema: v.string(),
  wanted: wantedString,
  check: (input, limits, field) => checkPassword(input, 1, limits, field),
};

export const newPassword: ParamKind<string> = {
  schema: v.string(),
  wanted: wantedString,
  check: (input, limits, field) => checkPassword(input, limits.passwordCharactersMin, limits, field),
};

export const trueOrFalse: ParamKind<boolean> = {
  schema: v.boolean(),
  wanted: { en: 'true or false', pt: 'true ou false' },
};

export const sessionIdText: ParamKind<string, SessionId> = {
  schema: v.string(),
  wanted: wantedString,
  check: (id) => ({ value: id as SessionId }),
};

export const messageText: ParamKind<string> = {
  schema: v.string(),
  wanted: wantedString,
  check: (text, limits, field) =>
    text.length === 0 ? { refusal: refusals.textEmpty(field) } : checkText(text, limits.textBytesMax, field),
};

/** What is searched for; the handlers get it read. */
export const searchQuery: ParamKind<string, SearchQuery> = {
  schema: v.string(),
  wanted: wantedString,
  check: (text, limits, field) => {
    const checked = checkText(text, limits.searchQueryBytesMax, field);
    if ('refusal' in checked) return checked;
    const query = parseQuery(text);
    const words = query.reduce((sum, term) => sum + term.words.length, 0);
    return words >= 1 && words <= limits.searchWordsMax
      ? { value: query }
      : { refusal: refusals.queryInvalid(words, limits, field) };
  },
};

export const topicText: ParamKind<string> = {
  schema: v.string(),
  wanted: wantedString,
  check: (text, limits, field) => checkText(text, limits.topicBytesMax, field),
};

/** Why somebody was kicked, banned or muted, or a room closed. */
export const reasonText: ParamKind<string> = {
  schema: v.string(),
  wanted: wantedString,
  check: (text, limits, field) => checkText(text, limits.reasonBytesMax, field),
};

/** An emoji, or a word: something to be seen, and no space or control character. */
const oneWord = /^(?=.*[^\p{Cf}\p{M}])[^\s\p{Cc}]+$/u;

export const reaction: ParamKind<string> = {
  schema: v.string(),
  wanted: wantedString,
  check: (input, { reactionBytesMax }, field) => {
    const reaction = input.normalize('NFC');
    return reaction.isWellFormed() && Buffer.byteLength(reaction) <= reactionBytesMax && oneWord.test(reaction)
      ? { value: reaction }
      : { refusal: refusals.reactionInvalid(reactionBytesMax, field) };
  },
};

export const clientMsgId: ParamKind<string> = {
  schema: v.string(),
  wanted: wantedString,
  check: (id, limits, field) =>
    id.length > 0 && id.isWellFormed() && charactersAtMost(id, limits.clientMsgIdCharactersMax)
      ? { value: id }
      : {
          refusal: refusals.paramMistyped(field, {
            en: `1 to ${limits.clientMsgIdCharactersMax} characters`,
            pt: `de 1 a ${limits.clientMsgIdCharactersMax} caracteres`,
          }),
        },
};

const roomPosition = v.strictObject({ epoch: v.optional(v.string()), after: position.schema });

/** Where a client stands in each of its rooms. Who gives no epoch trusts that the log is still the same. */
export const positions: ParamKind<Record<string, v.InferOutput<typeof roomPosition>>> = {
  // Not v.record: it lets arrays pass, and whatever stands under `constructor`, which a room may be called.
  schema: v.custom<Record<string, v.InferOutput<typeof roomPosition>>>(
    (rooms) =>
      typeof rooms === 'object' &&
      rooms !== null &&
      !Array.isArray(rooms) &&
      Object.values(rooms).every((at) => v.is(roomPosition, at)),
  ),
  wanted: { en: 'an object {room: {epoch, after}}', pt: 'um objeto {sala: {epoch, after}}' },
  // Without a prototype, so that a room that is not in it is not found in it, whatever its name.
  check: (rooms) => {
    const value = Object.create(null);
    for (const [room, at] of Object.entries(rooms)) value[room.normalize('NFC')] = at;
    return { value };
  },
};

// Every control character but TAB: C0, DEL and C1.
const control = /[^\P{Cc}\t]/u;

function checkText(text: string, bytesMax: number, field: string): Checked<string> {
  // A UTF-16 unit is at most three bytes of UTF-8, so most texts need no counting.
  if (text.length * 3 > bytesMax) {
    const bytes = Buffer.byteLength(text);
    if (bytes > bytesMax) return { refusal: refusals.textTooLong(bytes, bytesMax, field) };
  }
  if (!text.isWellFormed()) return { refusal: refusals.textMalformed(field) };
  if (control.test(text)) return { refusal: refusals.textControl(field) };
  return { value: text };
}

function checkPassword(input: string, charactersMin: number, limits: Limits, field: string): Checked<string> {
  const fits = (text: string) => Buffer.byteLength(text) <= limits.passwordBytesMax;
  const prepared = fits(input) ? preparePassword(input) : undefined;
  return prepared !== undefined && fits(prepared) && [...prepared].length >= charactersMin
    ? { value: prepared }
    : { refusal: refusals.passwordInvalid(limits, field) };
}

function depthAtMost(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => depthAtMost(inner, levels - 1));
}

function charactersAtMost(text: string, max: number): boolean {
  return text.length <= max || (text.length <= 2 * max && [...text].length <= max);
}

/** A parameter of a method: its kind, its Portuguese name where it has one, and whether it may be left out. */
export interface Param<Wire = unknown, Value = Wire> {
  readonly kind: ParamKind<Wire, Value>;
  readonly alias?: string;
  readonly optional?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a parameter table holds kinds of every type
export type ParamTable = { readonly [name: string]: Param<any, any> };

/**
 * Reads a call's params, by name or by position in the table's order, into the values the handlers get, keyed
 * by the table's own names. With `portuguese` the params are known by their aliases.
 *
 * @throws never; anything unknown, missing, surplus or mistyped is a refusal that names the field.
 */
export function readParams(
  table: ParamTable,
  given: unknown,
  portuguese: boolean,
  limits: Limits,
): { readonly values: Record<string, unknown> } | { readonly refusal: Refusal } {
  const names = Object.keys(table);
  const known = (name: string) => (portuguese ? (table[name]?.alias ?? name) : name);
  const byPosition = Array.isArray(given);
  if (byPosition && given.length > names.length) {
    return { refusal: refusals.paramsSurplus(given.length, names.map(known)) };
  }
  const byName = byPosition ? undefined : ((given ?? {}) as Record<string, unknown>);
  const values: Record<string, unknown> = {};
  let used = 0;
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const param = table[name] as Param;
    const field = known(name);
    const present = byPosition ? i < given.length : byName !== undefined && Object.hasOwn(byName, field);
    if (!present) {
      if (param.optional) continue;
      return { refusal: refusals.paramMissing(field) };
    }
    used++;
    const value = byPosition ? given[i] : byName?.[field];
    if (!v.is(param.kind.schema, value)) return { refusal: refusals.paramMistyped(field, param.kind.wanted) };
    if (param.kind.check === undefined) {
      values[name] = value;
    } else {
      const checked = param.kind.check(value, limits, field);
      if ('refusal' in checked) return checked;
      values[name] = checked.value;
    }
  }
  if (byName !== undefined && used < Object.keys(byName).length) {
    const unknown = Object.keys(byName).find((field) => !names.some((name) => known(name) === field)) as string;
    return { refusal: refusals.paramUnknown(unknown, names.map(known)) };
  }
  return { values };
}
