/**
 * A question to a thread that may hang. Nobody waits longer than they want to, and while the thread owes an answer it
 * is not asked again: a thread that hangs gathers no questions.
 */
export class Inquiry<Answer> {
  readonly #ask: () => Promise<Answer>;
  #asked: Promise<Answer> | undefined;
  #overdue = false;

  constructor(ask: () => Promise<Answer>) {
    this.#ask = ask;
  }

  /** The answer, or nothing where there is none within so many ms. */
  async answer(withinMs: number): Promise<Answer | undefined> {
    if (this.#overdue) return undefined;
    this.#asked ??= this.#ask().finally(() => {
      this.#asked = undefined;
      this.#overdue = false;
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, withinMs, undefined);
    });
    const answer = await Promise.race([this.#asked, late]);
    clearTimeout(timer);
    this.#overdue = this.#asked !== undefined;
    return answer;
  }
}
