import { collectDefaultMetrics, Registry } from 'prom-client';
import { createDeploymentGauges, type Figure } from './deployment-gauges.ts';

export type ProcessMetrics = {
  /** The registry for a process's own counters. */
  readonly registry: Registry;
  /** All metrics in Prometheus' text format, brought up to date. */
  readonly read: () => Promise<{ readonly contentType: string; readonly text: string }>;
};

/** Gauges of prom-client with the names of counters, which `promtool check metrics` refuses. The same numbers are there by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** The metrics of a process (memory, CPU, event loop), and of the deployment as PostgreSQL has it. */
export function createProcessMetrics(
  readFigures: () => Promise<readonly Figure[]>,
  now: () => number,
): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const refresh = createDeploymentGauges(registry, readFigures, now);
  return {
    registry,
    async read() {
      await refresh();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
