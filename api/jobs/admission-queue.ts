import { unavailable, type Problem } from '../http/problem.ts';

/** How long an admission may wait in a burst: with the start's own limit it ends within the 14 s of a response. */
const MAX_WAIT_MS = 8_000;
/** After waiting of this length it is an overload and no burst. It ends when none was refused for as long. */
const BURST_MS = 10_000;
/** How long an admission may wait in an overload: one that would wait longer is refused at once. */
const OVERLOADED_WAIT_MS = 100;
/** How much slower than in calm an admission may become in an overload, before fewer run at once. */
const MAX_SLOWDOWN = 2;
const FEWEST_IN_FLIGHT = 2;
/** The share of a process's places that is used in calm. */
const CALM_SHARE = 0.25;
/** The weight of a new sample in the calm duration: it follows the last twenty or so. */
const NEWEST_WEIGHT = 0.05;
/** The most waiting admissions, with a body of up to 1 MiB each: memory is the limit. */
const MAX_WAITING = 500;

export type AdmissionQueue = {
  /**
   * Runs an admission in its turn; `waitedMs` is how long it waited. Throws `unavailable`, billed no, when its turn
   * does not come in time.
   */
  readonly run: <Result>(admit: (waitedMs: number) => Promise<Result>) => Promise<Result>;
};

type Waiting = {
  readonly since: number;
  readonly timer: NodeJS.Timeout;
  readonly resolve: () => void;
  readonly reject: (problem: Problem) => void;
};

/**
 * Bounds the admissions of a process: more at once only make each slower. A burst waits. After 10 s of continuous
 * waiting, whatever cannot begin soon is refused with Retry-After, and only as many run as keeps each about as fast as
 * in calm: the process admits what Temporal and the workers can, no slower for the rest.
 */
export function createAdmissionQueue(inFlight: number, now: () => number): AdmissionQueue {
  const waiting: Waiting[] = [];
  let running = 0;
  /** How many may be under way now. */
  let places = inFlight;
  /** The duration of an admission in calm; null: not measured yet. */
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

  /** Gives free places to the next ones that have not waited too long. */
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
