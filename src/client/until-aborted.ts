/**
 * The outcome of `work`, or the signal's reason if that comes first: then `onAbort` sees to it that nobody waits for the
 * work any more. The signal is let go of when it is over.
 */
export function untilAborted<Done>(
  signal: AbortSignal | undefined,
  work: Promise<Done>,
  onAbort: () => void,
): Promise<Done> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => {
      onAbort();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
