import type { Database } from '../../ledger/database.ts';
import { groupCommitByAccount } from '../../ledger/group-commit.ts';
import type { GroupedVerb } from '../../ledger/group-commit.ts';
import type { Price } from '../../domain/prices/quote.ts';
import type { JobRequest } from '../../domain/work/job-request.ts';
import type { PlannedOutput } from '../../domain/work/output-plan.ts';

/** deadlineSeconds: how long it may take, from its own start. */
type AdmittedOutput = PlannedOutput & { readonly deadlineSeconds: number };

export type AdmitItem = {
  readonly accountId: string;
  readonly jobId: string;
  readonly fingerprint: string;
  /** The body as it was sent, kept forever. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly admitBy: string;
} & (
  | {
      readonly request: JobRequest;
      readonly workFingerprint: string;
      readonly price: Price;
      readonly model: string;
      readonly provider: string;
      readonly expectedSeconds: number;
      readonly deadlineSeconds: number;
      readonly outputs: readonly AdmittedOutput[];
    }
  /** Refused before it was priced. It is stored too, so that its key has the same outcome forever. */
  | {
      readonly refusal: Readonly<Record<string, unknown>> & {
        readonly code: string;
        readonly reason: string;
      };
    }
);

type StoredOutcome =
  | { readonly outcome: 'reserved'; readonly credits: number }
  | { readonly outcome: 'refused'; readonly code: string; readonly reason: string };

export type AdmitResult = {
  readonly outcome: StoredOutcome;
  /** The fingerprint of the request first stored under this key. */
  readonly fingerprint: string;
  /** False: every reservation of the job has ended, and nothing is left to run. */
  readonly isOpen: boolean;
  readonly ageSeconds: number;
};

type Row = { outcome: StoredOutcome; fingerprint: string; is_open: boolean; age_seconds: number };

/** Stores a request with its outcome and reserves, in one transaction; calls made at the same time share it. */
export function createAdmitJob(database: Database): GroupedVerb<AdmitItem, AdmitResult> {
  return groupCommitByAccount(async (items: readonly AdmitItem[]) => {
    const { rows } = await database.query<Row>({
      name: 'jobs.admit',
      text: 'SELECT outcome, fingerprint, is_open, age_seconds FROM jobs.admit($1)',
      values: [JSON.stringify(items.map(toRow))],
    });
    return rows.map((row) => ({
      outcome: row.outcome,
      fingerprint: row.fingerprint,
      isOpen: row.is_open,
      ageSeconds: row.age_seconds,
    }));
  });
}

function toRow(item: AdmitItem): object {
  const key = {
    account_id: item.accountId,
    job_id: item.jobId,
    fingerprint: item.fingerprint,
    request: item.body,
    admit_by: item.admitBy,
  };
  if ('refusal' in item) return { ...key, refusal: item.refusal };
  return {
    ...key,
    work_fingerprint: item.workFingerprint,
    quote_id: item.request.quote_id,
    max_credits: item.request.max_credits,
    force: item.request.force ?? false,
    kind: item.request.kind,
    metadata: item.request.metadata ?? {},
    member: item.request.member,
    project: item.request.project,
    total: item.price.total,
    price_list: item.price.price_list,
    model: item.model,
    provider: item.provider,
    expected_seconds: item.expectedSeconds,
    deadline_seconds: item.deadlineSeconds,
    outputs: item.outputs.map((output) => ({
      output_id: output.outputId,
      reservation_id: output.reservationId,
      item: output.item,
      variation: output.variation,
      credits: output.credits,
      work: output.work,
      deadline_seconds: output.deadlineSeconds,
      retention_days: output.retentionDays,
    })),
  };
}
