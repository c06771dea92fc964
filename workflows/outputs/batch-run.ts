import type { CancelRequest } from '../../contract/workflow-messages.ts';
import type { BatchPlan } from '../../domain/work/output-plan.ts';
import type { Failure } from '../../domain/work/failures.ts';

/** The state of a batch while its outputs run. */
export type BatchRun = {
  readonly plan: BatchPlan;
  /** The next output to begin. */
  next: number;
  /** Workflows of outputs that have begun and are not known to have closed. */
  readonly underWay: Set<string>;
  /** As far as is known here: support may have moved it. */
  deadlineAt: number;
  /** Why nothing more is begun; what has not been is returned with it. */
  stoppedBy: Failure | undefined;
  canceledBy: CancelRequest['by'] | undefined;
};
