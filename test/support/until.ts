const waitMs = 30_000;
const pollMs = 10;

/** Asks again and again until the answer is yes. @throws when it is still no after {@link waitMs}. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + waitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited for ${waitMs} ms until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
