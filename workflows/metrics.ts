import { metricMeter } from '@temporalio/workflow';
import type { OutputPlan } from '../domain/work/output-plan.ts';

/**
 * Counts an output that takes longer than expected, in the worker's metrics (WORKER_METRICS_ADDRESS). A replay does not
 * count.
 */
export function countStuck({ kind, provider }: OutputPlan): void {
  metricMeter
    .createCounter(
      'holdfast_outputs_stuck',
      'outputs',
      'Outputs past their expected time, since the worker started.',
    )
    .add(1, { kind, provider });
}
