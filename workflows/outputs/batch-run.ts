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
  /** As last read: support may have moved it since. */
  deadlineAt: number;
  /** Why no further output is begun. Those that have not begun are released with this failure. */
  stoppedBy: Failure | undefined;
  canceledBy: CancelRequest['by'] | undefined;
};
