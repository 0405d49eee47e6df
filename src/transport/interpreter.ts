import { type Answer, type AnswerStyle, answerBytes, batchOf } from '../protocol/answers.js';
import type { Dialect } from '../protocol/events.js';
import { encodeRefusal, encodeResult, frameResult, type Id, parseRequests, type Request } from '../protocol/jsonrpc.js';
import type { Limits } from '../protocol/limits.js';
import type { Line } from '../protocol/lines.js';
import { changeLook, type Look, type LookCommand, tellLook } from '../protocol/look.js';
import { findMethod, type Method, type MethodName, methods, suggestMethod } from '../protocol/methods.js';
import { readParams } from '../protocol/params.js';
import { isRefusal, type Refusal, refusals } from '../protocol/refusals.js';
import { type Language, type Speech, skipBlanks } from '../protocol/speech.js';
import { parseText } from '../protocol/text-commands.js';
import { help, suggestHelp } from '../protocol/text-help.js';
import { formatList, formatRefusal, formatResult } from '../protocol/text-replies.js';
import type { Call } from './call-queue.js';

/** The other end of a conversation, as far as reading its lines takes. */
export interface Speaker {
  readonly user: { readonly id: string } | undefined;
  /** Where plain text goes. */
  readonly currentRoom: string | undefined;
  /** The dialect in which it has its pushes. */
  mode: Dialect;
  /** What pushes look like in text. */
  look: Look;
  /** Carries out a call whose params are checked. */
  call(method: MethodName, values: Record<string, unknown>, reply: (outcome: object) => void, style: AnswerStyle): void;
  /** Is sent an answer, part by part, without anything in between; all of it is whole lines. */
  send(part: string | Uint8Array): void;
  /** Lets the client go. */
  quit(): void;
}

const jsonStyle: AnswerStyle = { dialect: 'json' };

/** Reads lines as calls, and writes each call's answer in the dialect of its line. */
export class Interpreter {
  readonly #speaker: Speaker;
  readonly #limits: Limits;
  /** Answers to text commands leave in the order of the commands: an entry each, filled when it is known. */
  readonly #textReplies: { answer?: Answer }[] = [];
  readonly #onRefusal: (refusal: Refusal) => void;
  #modeChosen = false;
  /** Of the last command whose word tells. */
  #spoken: Language = 'en';

  /** `onRefusal` is told of everything that is refused. */
  constructor(speaker: Speaker, limits: Limits, onRefusal: (refusal: Refusal) => void) {
    this.#speaker = speaker;
    this.#limits = limits;
    this.#onRefusal = onRefusal;
  }

  /** The language that people at this connection are spoken to in. */
  get language(): Language {
    return this.#speaker.look.language ?? this.#spoken;
  }

  /** The calls that a line asks for: several for a batch, none for an empty line. */
  read(line: Line): Call[] {
    if (line.type === 'text') {
      const first = skipBlanks(line.text)[0];
      return first === '{' || first === '[' ? this.#readJson(line.text) : this.#readText(line.text);
    }
    const refusal = line.type === 'too-long' ? refusals.lineTooLong(this.#limits) : refusals.invalidUtf8();
    return [line.json ? this.#refused(null, refusal, this.#write) : this.#said(this.#say(refusal))];
  }

  readonly #write = (answer: Answer): void => {
    if (typeof answer === 'string') {
      this.#speaker.send(`${answer}\n`);
      return;
    }
    for (const part of answer) this.#speaker.send(part);
    this.#speaker.send('\n');
  };

  #readJson(line: string): Call[] {
    if (!this.#modeChosen) this.#speaker.mode = 'json';
    const parsed = parseRequests(line, this.#limits);
    if (parsed.type === 'one') return [this.#jsonCall(parsed.request, this.#write, () => {})];
    return this.#readBatch(parsed.requests);
  }

  /** The calls of a batch, whose answers leave together as one array; there is none where no call has an id. */
  #readBatch(requests: readonly Request[]): Call[] {
    const limits = this.#limits;
    // By the place of their calls; calls without id leave theirs empty.
    const replies: Answer[] = [];
    let bytes = 0;
    let open = requests.length;
    const settled = () => {
      open--;
      if (open === 0 && bytes > 0) this.#write(batchOf(replies.filter((reply) => reply !== undefined)));
    };
    return requests.map((request, place) => {
      const answer = (reply: Answer) => {
        replies[place] = reply;
        bytes += answerBytes(reply);
        settled();
      };
      const { order, run, reply } = this.#jsonCall(request, answer, settled);
      const full = refusals.batchReplyTooLarge(limits);
      return { order, run: (given) => (bytes < limits.batchReplyBytesMax ? run(given) : given(full)), reply };
    });
  }

  #jsonCall(request: Request, answer: (reply: Answer) => void, unanswered: () => void): Call {
    if (request.type === 'refused') return this.#refused(request.id, request.refusal, answer);
    const { method, params, id } = request;
    const found = findMethod(method);
    const language = this.#speaker.look.language ?? (found?.portuguese === true ? 'pt' : 'en');
    const reply = (outcome: object) => {
      const refused = isRefusal(outcome);
      if (refused) this.#onRefusal(outcome);
      if (id === undefined) unanswered();
      else if (refused) answer(encodeRefusal(id, outcome, language));
      else answer(outcome instanceof Uint8Array ? frameResult(id, outcome) : encodeResult(id, outcome));
    };
    if (found === undefined)
      return { order: 'at-once', run: (done) => done(refusals.methodNotFound(suggestMethod(method))), reply };
    return this.#methodCall(found.name, params, found.portuguese, reply, jsonStyle);
  }

  /** A call of a method of the table: checks the params, then what must hold, then carries it out. */
  #methodCall(name: MethodName, params: unknown, portuguese: boolean, reply: Call['reply'], style: AnswerStyle): Call {
    const speaker = this.#speaker;
    const method: Method = methods[name];
    const read = readParams(method.params, params, portuguese, this.#limits);
    if ('refusal' in read) return { order: 'at-once', run: (answer) => answer(read.refusal), reply };
    const [one, other] = method.exclusive?.filter((param) => param in read.values) ?? [];
    if (one !== undefined && other !== undefined) {
      return { order: 'at-once', run: (answer) => answer(refusals.paramsExclusive(one, other)), reply };
    }
    const run = (answer: (outcome: object) => void) => {
      const { user } = speaker;
      if (method.needs === 'user' && user === undefined) answer(refusals.notRegistered());
      else if (method.needs === 'no-user' && user !== undefined) answer(refusals.alreadyRegistered(user.id));
      else speaker.call(name, read.values, answer, style);
    };
    return { order: method.order, run, reply };
  }

  #readText(line: string): Call[] {
    const speaker = this.#speaker;
    const request = parseText(line, speaker.currentRoom);
    if ('language' in request && request.language !== undefined) this.#spoken = request.language;
    switch (request.type) {
      case 'nothing':
        return [];
      case 'refused': {
        const { refusal } = request;
        const stranger = speaker.user === undefined && refusal.code === 'NOT_IN_ROOM';
        return [this.#said(this.#say(stranger ? refusals.noRoomForStrangers() : refusal))];
      }
      case 'help': {
        const { about = '' } = request;
        const lines = help(request.about, this.language);
        const unknown = () => this.#say(refusals.commandNotFound(about, suggestHelp(about, this.language)));
        return [this.#said(lines === undefined ? unknown() : formatList(lines))];
      }
      case 'setting': {
        const { setting, value } = request;
        return [this.#said(setting === '/mode' ? this.#setMode(value) : this.#setLook(setting, value))];
      }
      case 'call': {
        const { method, params } = request;
        // People who never said who they are may leave as well.
        if (method === 'user.quit' && speaker.user === undefined) {
          const run = (answer: (outcome: object) => void) => {
            speaker.quit();
            answer({});
          };
          return [{ order: 'alone', run, reply: this.#inOrder(() => '+OK') }];
        }
        const { language } = this;
        const { look } = speaker;
        const reply = this.#inOrder((outcome) => {
          if (outcome instanceof Uint8Array) return [outcome];
          return isRefusal(outcome) ? this.#say(outcome, language) : formatResult(method, outcome, look);
        });
        return [this.#methodCall(method, params, false, reply, { dialect: 'text', look })];
      }
      default:
        return request satisfies never;
    }
  }

  /** Where the answer to a text command goes: it keeps its place among the others. */
  #inOrder(format: (outcome: object) => Answer): Call['reply'] {
    const place: { answer?: Answer } = {};
    this.#textReplies.push(place);
    return (outcome) => {
      place.answer = format(outcome);
      while (this.#textReplies[0]?.answer !== undefined) this.#write(this.#textReplies.shift()?.answer as Answer);
    };
  }

  /** What is answered without asking anybody. */
  #said(text: string): Call {
    return { order: 'at-once', run: (answer) => answer({}), reply: this.#inOrder(() => text) };
  }

  #say(refusal: Refusal, language = this.language): string {
    this.#onRefusal(refusal);
    return formatRefusal(refusal, language);
  }

  #refused(id: Id, refusal: Refusal, answer: (reply: Answer) => void): Call {
    const reply = () => {
      this.#onRefusal(refusal);
      answer(encodeRefusal(id, refusal, this.#speaker.look.language ?? 'en'));
    };
    return { order: 'at-once', run: (done) => done(refusal), reply };
  }

  #setMode(mode: string): string {
    const speaker = this.#speaker;
    if (mode === '') return `+OK ${speaker.mode}`;
    if (mode !== 'json' && mode !== 'text') return this.#say(refusals.usage(modeUsage));
    this.#modeChosen = true;
    speaker.mode = mode;
    return `+OK ${mode}`;
  }

  #setLook(command: LookCommand, said: string): string {
    const speaker = this.#speaker;
    const look = said === '' ? speaker.look : changeLook(speaker.look, command, said);
    if ('code' in look) return this.#say(look);
    speaker.look = look;
    return `+OK ${tellLook(look, command, this.language)}`;
  }
}

const modeUsage: Speech = { en: '/mode json|text', pt: '/mode json|text' };
