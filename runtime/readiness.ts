/** The limit of a probe. */
export const READY_WITHIN_MS = 2_000;

/** How long a result is cached: probes come from every load balancer and engine. */
const KEPT_MS = 1_000;

const ASSET_STORE_KEPT_MS = 30_000;

/** Why a process is not ready, one sentence each; empty: it is. */
export type Readiness = () => Promise<readonly string[]>;

/** Runs all checks at once. Concurrent probes, and those within a second, share a result. */
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

/**
 * A readiness that can be withdrawn before the process ends, so that a load balancer stops sending while everything is
 * still served.
 */
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

/** Runs a query as the process's own role, within the limit. Never throws. */
export function databaseReadiness(query: () => Promise<unknown>): Readiness {
  return withinLimit('PostgreSQL', () =>
    query().then(
      () => [],
      () => ['PostgreSQL refused a query of this process, or cannot be reached.'],
    ),
  );
}

/** A check that costs money: while it finds no fault, it runs twice a minute. */
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
