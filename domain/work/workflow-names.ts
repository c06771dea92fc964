/** Our names in Temporal, for all that start, find or run our workflows. */

/** The default task queue of workers and clients (TEMPORAL_TASK_QUEUE). The namespace is the SDK's default. */
export const DEFAULT_TASK_QUEUE = 'holdfast';

/**
 * The priority of a batch's outputs: behind single jobs, which have the server's default of 3. Among equals the
 * fairness key gives each account its share.
 */
export const BATCH_PRIORITY = 4;

export const CANARY_WORKFLOW = 'canary';
export const CANARY_WORKFLOW_ID = 'holdfast-canary';

export const RECONCILE_WORKFLOW = 'reconcile';
export const RECONCILE_SCHEDULE_ID = 'holdfast-reconcile';

export const CREDIT_MAINTENANCE_WORKFLOW = 'creditMaintenance';
export const CREDIT_MAINTENANCE_SCHEDULE_ID = 'holdfast-credit-maintenance';

export const ADVANCE_CLOCK_WORKFLOW = 'advanceClock';
/** Named for its test account: one per account at a time. */
export function clockWorkflowIdOf(accountId: string): string {
  return `holdfast-clock-${accountId}`;
}

export const ASSET_SWEEP_WORKFLOW = 'assetSweep';
export const ASSET_SWEEP_SCHEDULE_ID = 'holdfast-asset-sweep';
/** A file waits a day before it may be removed, so a shorter interval gains nothing. */
export const ASSET_SWEEP_INTERVAL_SECONDS = 6 * 3_600;

/**
 * Search attributes, by which support filters jobs in Temporal UI. Never encrypted, so: no prompts, names or mail
 * addresses.
 */
export const SEARCH_ATTRIBUTES = {
  HoldfastAccount: 'KEYWORD',
  HoldfastKind: 'KEYWORD',
  /**
   * What Temporal's own status does not say: stuck while it runs; refused, failed, canceled or partially_succeeded at
   * its end. Absent while a job runs as expected and when it was delivered: a plain job changes no attribute.
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
