import type { Dialect } from './events.js';
import { stringify } from './jsonrpc.js';
import type { Look } from './look.js';
import type { MethodName, Result } from './methods.js';
import { formatResult } from './text-replies.js';

/** How whoever called reads the answer. It crosses threads, for those who write answers there. */
export interface AnswerStyle {
  readonly dialect: Dialect;
  /** What text looks like; plain where it is left out. */
  readonly look?: Look;
}

/** A result as the answer has it, in UTF-8: what a large one comes as that was written where it was read. */
export type WrittenResult = Uint8Array;

/** One answer: a text, or the parts that make it up where some of it was written elsewhere. */
export type Answer = string | readonly (string | Uint8Array)[];

const encoder = new TextEncoder();

/** Writes a result. The array is exactly as long as its bytes. */
export function writeResult<M extends MethodName>(
  method: M,
  result: Result<M>,
  { dialect, look }: AnswerStyle,
): WrittenResult {
  return encoder.encode(dialect === 'json' ? stringify(result) : formatResult(method, result, look));
}

/** The bytes of an answer. */
export function answerBytes(answer: Answer): number {
  if (typeof answer === 'string') return Buffer.byteLength(answer);
  return answer.reduce((bytes, part) => bytes + Buffer.byteLength(part), 0);
}

/** JSON answers as the array that answers a batch. */
export function batchOf(answers: readonly Answer[]): Answer {
  if (answers.every((answer) => typeof answer === 'string')) return `[${answers.join(',')}]`;
  return [...answers.flatMap((answer, i) => [i === 0 ? '[' : ',', answer].flat()), ']'];
}
