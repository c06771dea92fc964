import { unavailable, type Problem } from '../http/problem.ts';

/** What a burst may wait for its turn: with the start's own limit it still ends within the 14 s of a response. */
const MAX_WAIT_MS = 8_000;
/**
 * Submissions that wait for as long have no end in sight: it is no burst, more comes than can be admitted. That is over when none had to be
 * refused for as long.
 */
const BURST_MS = 10_000;
/** What the others wait then: what would wait longer is told so at once, and what is admitted is admitted soon. */
const OVERLOADED_WAIT_MS = 100;
/** How much slower than in calm an admission may be in an overload, before fewer are under way at once. */
const MAX_SLOWDOWN = 2;
const FEWEST_IN_FLIGHT = 2;
/** Of its places a process has at most so many taken in calm. */
const CALM_SHARE = 0.25;
/** What a new admission weighs in what one takes in calm: that follows the last twenty or so. */
const NEWEST_WEIGHT = 0.05;
/** A body of 1 MiB each at most: beyond it a process would wait for its memory. */
const MAX_WAITING = 500;

export type AdmissionQueue = {
  /** Starts an admission in its turn; `waitedMs` is what that took. Throws the problem unavailable, billed no, when it is not its turn in time. */
  readonly run: <Result>(admit: (waitedMs: number) => Promise<Result>) => Promise<Result>;
};

type Waiting = {
  readonly since: number;
  readonly timer: NodeJS.Timeout;
  readonly resolve: () => void;
  readonly reject: (problem: Problem) => void;
};

/**
 * Bounds the admissions that a process has under way: more at once only make each of them slower. A burst waits for its turn. When there
 * was no end of waiting for 10 s, whatever cannot begin soon is refused with Retry-After, and as few are under way as keeps each about
 * as fast as in calm: the process admits what Temporal and the workers can, no slower for what it cannot admit.
 */
export function createAdmissionQueue(inFlight: number, now: () => number): AdmissionQueue {
  const waiting: Waiting[] = [];
  let running = 0;
  /** How many may be under way now. */
  let places = inFlight;
  /** What an admission takes in calm; null: none was measured. */
  let calmMs: number | null = null;
  let emptyAt = 0;
  let refusedAt = Number.NEGATIVE_INFINITY;
  let isOverloaded = false;

  function look(): void {
    if (!isOverloaded && waiting.length > 0 && now() - emptyAt > BURST_MS) {
      isOverloaded = true;
      refusedAt = now();
      places = Math.max(FEWEST_IN_FLIGHT, inFlight * CALM_SHARE);
    } else if (isOverloaded && now() - refusedAt > BURST_MS) {
      isOverloaded = false;
      places = inFlight;
    }
  }

  function refuse({ reject }: Waiting): void {
    refusedAt = now();
    reject(tooMuch());
  }

  function enter(): Promise<void> {
    look();
    if (running < Math.floor(places)) {
      running += 1;
      return Promise.resolve();
    }
    if (waiting.length >= MAX_WAITING) return Promise.reject(tooMuch());
    if (waiting.length === 0) emptyAt = now();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          waiting.splice(waiting.indexOf(entry), 1);
          refuse(entry);
        },
        isOverloaded ? OVERLOADED_WAIT_MS : MAX_WAIT_MS,
      );
      const entry: Waiting = { since: now(), timer, resolve, reject };
      waiting.push(entry);
    });
  }

  /** Gives free places to the next that have not waited for too long. */
  function leave(): void {
    running -= 1;
    look();
    while (running < Math.floor(places)) {
      const next = waiting.shift();
      if (next === undefined) return;
      clearTimeout(next.timer);
      if (isOverloaded && now() - next.since > OVERLOADED_WAIT_MS) {
        refuse(next);
        continue;
      }
      running += 1;
      next.resolve();
    }
  }

  function learn(tookMs: number, wasCalm: boolean): void {
    if (isOverloaded) {
      const isSlow = tookMs > MAX_SLOWDOWN * (calmMs ?? tookMs);
      places = Math.min(inFlight, Math.max(FEWEST_IN_FLIGHT, places + (isSlow ? -1 : 1)));
    } else if (wasCalm) {
      calmMs = (calmMs ?? tookMs) * (1 - NEWEST_WEIGHT) + tookMs * NEWEST_WEIGHT;
    }
  }

  return {
    async run(admit) {
      const arrivedAt = now();
      await enter();
      const begunAt = now();
      const isCalm = running <= inFlight * CALM_SHARE;
      try {
        return await admit(begunAt - arrivedAt);
      } finally {
        learn(now() - begunAt, isCalm);
        leave();
      }
    },
  };
}

function tooMuch(): Problem {
  return unavailable('More jobs are submitted than can be admitted now. Nothing was done: send it again.', {
    billed: 'no',
  });
}
