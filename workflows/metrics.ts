import { metricMeter } from '@temporalio/workflow';
import type { OutputPlan } from '../domain/output-plan.ts';

/** Served by the worker where WORKER_METRICS_ADDRESS says; never counted again by a replay. */
const stuck = metricMeter.createCounter(
  'holdfast_outputs_stuck',
  'outputs',
  'Outputs past their expected time, since the worker started.',
);

/** Counts an output that takes longer than expected. */
export function countStuck({ kind, provider }: OutputPlan): void {
  stuck.add(1, { kind, provider });
}
