/** The work's outcome, or a rejection with `reason` as soon as the signal is aborted, also where both come at once. What was waited for goes on. */
export async function unlessAborted<T>(signal: AbortSignal, reason: string, work: Promise<T>): Promise<T> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(new Error(reason));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    const outcome = await Promise.race([work, aborted]);
    if (signal.aborted) throw new Error(reason);
    return outcome;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
