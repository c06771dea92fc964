import { Gauge, type Registry } from 'prom-client';

/**
 * The gauges of the deployment, by their names in jobs.read_metrics. All processes show the same values: take the
 * maximum.
 */
const GAUGES = {
  reservations_open: { help: 'Reservations that are open' },
  reserved_credits: { help: 'Credits in open reservations' },
  oldest_reservation_age_seconds: { help: 'Age of the oldest open reservation' },
  reservations_overdue: { help: 'Reservations open two minutes past the instant by which they return' },
  jobs_stuck: { help: 'Jobs past their expected time' },
  attempts_unknown: { help: 'Attempts of which it is not known whether they ran' },
  repairs_open: { help: 'Reservations that the reconciler found and could not settle' },
  webhooks_pending: {
    help: 'Webhooks to customers that are yet to be delivered, those that are tried again too',
  },
  webhooks_late_seconds: { help: 'How long ago the one that is due the longest should have been sent' },
  breaker_state: { help: 'Circuit breaker of a model: 0 closed, 1 half open, 2 open', isPerModel: true },
  attempts_in_flight: { help: 'Attempts at a model that are under way', isPerModel: true },
  attempts_waiting: { help: 'Attempts in line at a provider with limits', isPerModel: true },
} as const satisfies Readonly<Record<string, { readonly help: string; readonly isPerModel?: true }>>;

export type Figure = {
  readonly metric: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly value: number;
};

/** More frequent scrapes get cached values: a hundred scrapers cost PostgreSQL what one does. */
const KEPT_MS = 5_000;

/**
 * Registers the gauges; returns a function that updates them before a scrape. While PostgreSQL is away
 * `holdfast_database_up` is 0 and the others are absent, since an old value would pass for the present.
 */
export function createDeploymentGauges(
  registry: Registry,
  read: () => Promise<readonly Figure[]>,
  now: () => number,
): () => Promise<void> {
  const isUp = new Gauge({
    name: 'holdfast_database_up',
    help: '1 while PostgreSQL responds to this process',
    registers: [registry],
  });
  const gauges = new Map(
    Object.entries(GAUGES).map(([name, gauge]) => {
      const isPerModel = 'isPerModel' in gauge;
      const labelNames = isPerModel ? ['provider', 'model'] : [];
      const made = new Gauge({
        name: `holdfast_${name}`,
        help: gauge.help,
        labelNames,
        registers: [registry],
      });
      return [name, { made, isPerModel }] as const;
    }),
  );
  let readAt = Number.NEGATIVE_INFINITY;

  return async () => {
    if (now() - readAt < KEPT_MS) return;
    readAt = now();
    const figures = await read().catch(() => null);
    isUp.set(figures === null ? 0 : 1);
    for (const { made, isPerModel } of gauges.values()) {
      made.reset();
      // A reset sets a gauge with one value to 0, and removes all values of others.
      if (figures === null && !isPerModel) made.remove();
    }
    for (const { metric, provider, model, value } of figures ?? []) {
      gauges.get(metric)?.made.set(provider === null || model === null ? {} : { provider, model }, value);
    }
  };
}
