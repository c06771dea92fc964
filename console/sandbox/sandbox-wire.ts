/**
 * Messages between the sandbox page and the stack's server (dev/sandbox/). They are not part of the product's contract.
 */

export const FAULT_NAMES = [
  'kill_worker',
  'freeze_models',
  'freeze_database',
  'terminate_workflow',
  'lose_webhook',
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

export const START_NAMES = ['start_pictures', 'start_film'] as const;
type StartName = (typeof START_NAMES)[number];

/** Every act of the sandbox. */
export type ActName = FaultName | StartName;

/** The header with the token. Neither a page of another origin nor a link can send it. */
export const TOKEN_HEADER = 'holdfast-sandbox';

/** An act on offer. `promise` says what will happen. */
export type OfferedAct = {
  readonly name: ActName;
  readonly title: string;
  readonly promise: string;
  /** Why it cannot be done in this stack; null: it can. */
  readonly why_not: string | null;
};

/** The outcome of the jobs that ran during an act, once all have ended or the wait for them is over. */
export type ActOutcome = {
  readonly jobs: number;
  readonly delivered: number;
  readonly failed: number;
  /** Credits. */
  readonly charged: number;
  readonly returned: number;
  /** Submissions that the model service accepted more than once. */
  readonly submitted_twice: number;
  /** Jobs that had not ended when the wait was over. */
  readonly open: number;
};

/** An act that was started. `settling`: it is over, and jobs that ran during it are not. */
export type Act = {
  readonly id: number;
  readonly name: ActName;
  readonly title: string;
  readonly at: string;
  readonly state: 'under_way' | 'settling' | 'done' | 'failed';
  /** What has happened so far, in sentences. */
  readonly lines: readonly string[];
  readonly outcome: ActOutcome | null;
};

/** The result of the reconcile check over the whole ledger. */
export type LedgerCheck = {
  /** The time of the last check that PostgreSQL completed; null: none yet. */
  readonly checked_at: string | null;
  readonly findings: number;
  /** True while PostgreSQL does not respond. */
  readonly is_late: boolean;
};

export type SandboxState = {
  readonly account: { readonly id: string; readonly opened_with: number };
  readonly offered: readonly OfferedAct[];
  /** Newest first. */
  readonly acts: readonly Act[];
  readonly ledger_check: LedgerCheck;
  /** The list of jobs in Temporal UI; null: unknown. */
  readonly temporal_jobs_url: string | null;
};

/** The body of a response that is not 2xx. */
export type SandboxRefusal = { readonly detail: string };
