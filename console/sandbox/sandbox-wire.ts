/** What the page of the sandbox and the server of the stack (dev/sandbox/) say to each other. It is no part of the product's contract. */

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

/** What can be done in the sandbox. */
export type ActName = FaultName | StartName;

/** The header that carries the token: no page of another origin can send it, and no link. */
export const TOKEN_HEADER = 'holdfast-sandbox';

/** What can be done, and what will happen then. */
export type OfferedAct = {
  readonly name: ActName;
  readonly title: string;
  readonly promise: string;
  /** Why it cannot be done in this stack; null: it can. */
  readonly why_not: string | null;
};

/** What became of the jobs that were under way beside an act, once all of them had ended. */
export type ActOutcome = {
  readonly jobs: number;
  readonly delivered: number;
  readonly failed: number;
  /** Credits. */
  readonly charged: number;
  readonly returned: number;
  /** Of their submissions, those that the model service accepted more than once. */
  readonly submitted_twice: number;
  /** Jobs that had not ended when the wait for them was over. */
  readonly open: number;
};

/** Something that was done. `settling`: it is over, and the jobs beside it go on. */
export type Act = {
  readonly id: number;
  readonly name: ActName;
  readonly title: string;
  readonly at: string;
  readonly state: 'under_way' | 'settling' | 'done' | 'failed';
  /** What happened, in sentences, as it happens. */
  readonly lines: readonly string[];
  readonly outcome: ActOutcome | null;
};

/** The reconcile check over the whole ledger. */
export type LedgerCheck = {
  /** Of the last one that PostgreSQL has answered; null: there was none yet. */
  readonly checked_at: string | null;
  readonly findings: number;
  /** PostgreSQL does not respond. */
  readonly is_late: boolean;
};

export type SandboxState = {
  readonly account: { readonly id: string; readonly opened_with: number };
  readonly offered: readonly OfferedAct[];
  /** Newest first. */
  readonly acts: readonly Act[];
  readonly ledger_check: LedgerCheck;
  /** The list of the jobs in Temporal UI; null: it is not known. */
  readonly temporal_jobs_url: string | null;
};

/** The body of a response that is not 2xx. */
export type SandboxRefusal = { readonly detail: string };
