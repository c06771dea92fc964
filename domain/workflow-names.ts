/** What we are called in Temporal: known to whoever starts, finds or runs our workflows. */

export const GENERATION_WORKFLOW = 'generation';

export const CANARY_WORKFLOW = 'canary';
export const CANARY_WORKFLOW_ID = 'holdfast-canary';

export const RECONCILE_WORKFLOW = 'reconcile';
export const RECONCILE_SCHEDULE_ID = 'holdfast-reconcile';

export const UPKEEP_WORKFLOW = 'upkeep';
export const UPKEEP_SCHEDULE_ID = 'holdfast-upkeep';

/** What support filters jobs by in Temporal UI. Never encrypted, so: no prompts, names or mail addresses. */
export const SEARCH_ATTRIBUTES = {
  HoldfastAccount: 'KEYWORD',
  HoldfastKind: 'KEYWORD',
  HoldfastState: 'KEYWORD',
  HoldfastProvider: 'KEYWORD',
  HoldfastModel: 'KEYWORD',
  HoldfastCredits: 'INT',
  HoldfastStuckSince: 'DATETIME',
} as const;
