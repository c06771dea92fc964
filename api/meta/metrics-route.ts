import { CALLS } from '../../contract/calls.ts';
import type { ProcessMetrics } from '../../runtime/metrics/process-metrics.ts';
import { route, type Route } from '../http/route.ts';

/**
 * GET /metrics: counts of this process and gauges of the deployment, for Prometheus with a platform key of scope
 * support.
 */
export function metricsRoute(deps: { readonly readMetrics: ProcessMetrics['read'] }): Route {
  return route(CALLS.readMetrics, {
    async handle({ response }) {
      const { contentType, text } = await deps.readMetrics();
      response.set({ 'Cache-Control': 'no-store', 'Content-Type': contentType }).send(text);
    },
  });
}
