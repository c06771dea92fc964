import type { RequestHandler, Response } from 'express';
import { Counter, Histogram, type Registry } from 'prom-client';
import { CALLS } from '../../contract/calls.ts';
import { stateOf } from './request/request-state.ts';

/** Buckets in seconds, from a read in PostgreSQL to the limit of a response. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];
/** Other methods share one label, since a caller may invent them. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Counts and times requests by the declared path of their call, and counts the results of submissions. Streams are
 * counted and not timed.
 */
export function measureRequests(registry: Registry, now: () => number): RequestHandler {
  const requests = new Counter({
    name: 'holdfast_http_requests_total',
    help: 'Requests that were responded to, by call and status',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'holdfast_http_request_duration_seconds',
    help: 'From the request to the end of its response, streams left out',
    labelNames: ['method', 'route'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const admissions = new Counter({
    name: 'holdfast_admissions_total',
    help: 'Submissions by outcome: admitted, replayed, or the code of the problem',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return (request, response, next) => {
    response.once('close', () => {
      const { route, startedAt } = stateOf(response);
      const method = METHODS.has(request.method) ? request.method : 'other';
      const labels = { method, route: route ?? 'none' };
      requests.inc({ ...labels, status: String(response.statusCode) });
      const isStream = String(response.getHeader('Content-Type')).startsWith('text/event-stream');
      if (!isStream) durations.observe(labels, (now() - startedAt) / 1_000);
      if (route === CALLS.submitJob.path && method === 'POST')
        admissions.inc({ outcome: outcomeOf(response) });
    });
    next();
  };
}

function outcomeOf(response: Response): string {
  const { problemCode } = stateOf(response);
  if (problemCode !== null) return problemCode;
  return response.hasHeader('Idempotent-Replayed') ? 'replayed' : 'admitted';
}
