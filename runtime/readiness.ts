/** A probe that waits longer than this is itself the problem. */
export const READY_WITHIN_MS = 2_000;

/** Probes come from every load balancer and engine; what they cost must not grow with them. */
const KEPT_MS = 1_000;

const ASSET_STORE_KEPT_MS = 30_000;

/** Why a process does not serve, one sentence each; empty when it does. */
export type Readiness = () => Promise<readonly string[]>;

/** Goes through all checks at once. A result is kept for a second, and who asks meanwhile gets the same one. */
export function createReadiness(checks: readonly Readiness[], now: () => number): Readiness {
  let last: { readonly at: number; readonly faults: Promise<readonly string[]> } | undefined;
  return () => {
    const at = now();
    if (last === undefined || at - last.at >= KEPT_MS) {
      last = { at, faults: Promise.all(checks.map((check) => check())).then((found) => found.flat()) };
    }
    return last.faults;
  };
}

/** A readiness that can end before the process does, so that a load balancer sends nothing more while everything is still served. */
export function createEndableReadiness(readiness: Readiness): {
  readonly readiness: Readiness;
  readonly end: () => void;
} {
  let hasEnded = false;
  return {
    readiness: () => (hasEnded ? Promise.resolve(['The process shuts down.']) : readiness()),
    end: () => {
      hasEnded = true;
    },
  };
}

/** A query that the process's own role must be able to make, within the limit. Never throws. */
export function databaseReadiness(query: () => Promise<unknown>): Readiness {
  return withinLimit('PostgreSQL', () =>
    query().then(
      () => [],
      () => ['PostgreSQL refused a query of this process, or cannot be reached.'],
    ),
  );
}

/** A check that costs money at every request: while it finds no fault, it is made twice a minute. */
export function assetStoreReadiness(
  check: () => Promise<{ readonly message: string } | null>,
  now: () => number,
): Readiness {
  const ask = withinLimit('The asset store', async () => {
    const fault = await check();
    return fault === null ? [] : [fault.message];
  });
  let goodUntil = 0;
  return async () => {
    if (now() < goodUntil) return [];
    const faults = await ask();
    if (faults.length === 0) goodUntil = now() + ASSET_STORE_KEPT_MS;
    return faults;
  };
}

function withinLimit(what: string, ask: Readiness): Readiness {
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<readonly string[]>((resolve) => {
      timer = setTimeout(resolve, READY_WITHIN_MS, [
        `${what} did not respond within ${String(READY_WITHIN_MS)} ms.`,
      ]);
    });
    try {
      return await Promise.race([ask(), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  };
}
