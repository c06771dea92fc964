/** Our names in Temporal: known to all that start, find or run our workflows. */

/** The task queue of workers that are told no other (TEMPORAL_TASK_QUEUE), and of clients that are. The namespace is the SDK's: default. */
export const DEFAULT_TASK_QUEUE = 'holdfast';

/**
 * Of the outputs of a batch: behind single jobs, which have the server's default of 3. Among equals an account gets its share
 * by its fairness key.
 */
export const BATCH_PRIORITY = 4;

export const CANARY_WORKFLOW = 'canary';
export const CANARY_WORKFLOW_ID = 'holdfast-canary';

export const RECONCILE_WORKFLOW = 'reconcile';
export const RECONCILE_SCHEDULE_ID = 'holdfast-reconcile';

export const CREDIT_MAINTENANCE_WORKFLOW = 'creditMaintenance';
export const CREDIT_MAINTENANCE_SCHEDULE_ID = 'holdfast-credit-maintenance';

export const ADVANCE_CLOCK_WORKFLOW = 'advanceClock';
/** Of the test account whose clock it moves: one at a time. */
export function clockWorkflowIdOf(accountId: string): string {
  return `holdfast-clock-${accountId}`;
}

export const ASSET_SWEEP_WORKFLOW = 'assetSweep';
export const ASSET_SWEEP_SCHEDULE_ID = 'holdfast-asset-sweep';
/** A file waits a day before it may be removed, so nothing is gained by looking more often. */
export const ASSET_SWEEP_INTERVAL_SECONDS = 6 * 3_600;

/** The attributes that support filters jobs by in Temporal UI. Never encrypted, so: no prompts, names or mail addresses. */
export const SEARCH_ATTRIBUTES = {
  HoldfastAccount: 'KEYWORD',
  HoldfastKind: 'KEYWORD',
  /**
   * What Temporal's own status does not say: stuck while it runs; refused, failed, canceled or partially_succeeded at its end. Absent of
   * what runs as expected and of what was delivered, so that a plain job changes no attribute.
   */
  HoldfastState: 'KEYWORD',
  HoldfastProvider: 'KEYWORD',
  HoldfastModel: 'KEYWORD',
  HoldfastCredits: 'INT',
  HoldfastStuckSince: 'DATETIME',
  /** Since when the outcome of a submission is unknown; gone once it is resolved. */
  HoldfastUnknownSince: 'DATETIME',
  /** The failure code, once it has failed. */
  HoldfastFailure: 'KEYWORD',
} as const;
