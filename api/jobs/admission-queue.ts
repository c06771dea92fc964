import { unavailable } from '../http/problem.ts';

/** What a burst may wait for its turn: with the start's own limit it still ends within the 14 s of a response. */
const MAX_WAIT_MS = 8_000;
/** Submissions that wait for as long have no end in sight: it is no burst, more comes than can be admitted. */
const BURST_MS = 10_000;
/** What the others wait then: what would wait longer is told so at once, and what is admitted is admitted soon. */
const OVERLOADED_WAIT_MS = 100;
/** A body of 1 MiB each at most: beyond it a process would wait for its memory. */
const MAX_WAITING = 500;

export type AdmissionQueue = {
  /** Starts an admission in its turn; `waitedMs` is what that took. Throws the problem unavailable, billed no, when it is not its turn in time. */
  readonly run: <Result>(admit: (waitedMs: number) => Promise<Result>) => Promise<Result>;
};

type Waiting = { readonly since: number; readonly begin: () => void; readonly refuse: () => void };

/**
 * Bounds the admissions that a process has under way: more at once only make each of them slower. A burst waits for its turn. When there
 * was no end of waiting for 10 s, whatever cannot begin soon is refused with Retry-After: the process admits as fast as
 * Temporal and the workers do, and no slower for what it cannot admit.
 */
export function createAdmissionQueue(inFlight: number, now: () => number): AdmissionQueue {
  const waiting: Waiting[] = [];
  let running = 0;
  let emptyAt = now();

  const isOverloaded = () => waiting.length > 0 && now() - emptyAt > BURST_MS;

  function enter(): Promise<void> {
    if (running < inFlight) {
      running += 1;
      return Promise.resolve();
    }
    if (waiting.length >= MAX_WAITING) return Promise.reject(tooMuch());
    if (waiting.length === 0) emptyAt = now();
    return new Promise((resolve, reject) => {
      const limitMs = isOverloaded() ? OVERLOADED_WAIT_MS : MAX_WAIT_MS;
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(tooMuch());
      }, limitMs);
      const entry: Waiting = {
        since: now(),
        begin: () => {
          clearTimeout(timer);
          resolve();
        },
        refuse: () => {
          clearTimeout(timer);
          reject(tooMuch());
        },
      };
      waiting.push(entry);
    });
  }

  /** Gives the place to the next that has not waited for too long. */
  function leave(): void {
    const overloaded = isOverloaded();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (!overloaded || now() - next.since <= OVERLOADED_WAIT_MS) {
        next.begin();
        return;
      }
      next.refuse();
    }
    running -= 1;
  }

  return {
    async run(admit) {
      const arrivedAt = now();
      await enter();
      try {
        return await admit(now() - arrivedAt);
      } finally {
        leave();
      }
    },
  };
}

function tooMuch() {
  return unavailable('More jobs are submitted than can be admitted now. Nothing was done: send it again.', {
    billed: 'no',
  });
}
