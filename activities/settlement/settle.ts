import { ApplicationFailure } from '@temporalio/activity';
import { expiredGrantPolicyOf, failureOf, type Failure } from '../../domain/work/failures.ts';
import type { OutputContent } from '../../contract/workflow-messages.ts';
import type { OutputPlan } from '../../domain/work/output-plan.ts';
import { OVERDUE_AFTER_SECONDS } from '../../domain/support/reconcile-rules.ts';
import type { SettleOutputItem, SettleOutputResult } from '../../jobs/outputs/settle-outputs.ts';
import type { GroupedVerb } from '../../ledger/group-commit.ts';
import type { OpenReservation } from '../../ledger/reads/read-open-reservations.ts';

/** The failure's type when the ledger refuses a settlement, as it would again. */
const SETTLEMENT_REFUSED = 'settlement_refused';

/** How an output is settled. */
export type Ending = { readonly charge: true } | { readonly charge: false; readonly failure: Failure };

export type SettledKey = Pick<OutputPlan, 'accountId' | 'jobId' | 'outputId' | 'reservationId' | 'credits'>;

/** Of a reservation without a job or an output, which tests and benchmarks of the ledger make, by its own id. */
export function settledKeyOf({
  accountId,
  reservationId,
  credits,
  jobId,
  outputId,
}: OpenReservation): SettledKey {
  return {
    ...{ accountId, reservationId, credits },
    jobId: jobId ?? reservationId,
    outputId: outputId ?? reservationId,
  };
}

export type Settled =
  | { readonly outcome: 'committed'; readonly credits: number; readonly content: OutputContent | null }
  /** `credits`: what was returned. */
  | { readonly outcome: 'released'; readonly failure: Failure | null; readonly credits: number };

export type Settle = ReturnType<typeof createSettle>;

/**
 * Settles an output, once: charges it or returns its credits. A later call returns how it ended. Throws when it could
 * not be settled, and may then be called again; a non-retryable failure when the ledger refuses.
 */
export function createSettle(settleOutput: GroupedVerb<SettleOutputItem, SettleOutputResult>) {
  return async function settle(key: SettledKey, ending: Ending): Promise<Settled> {
    return settledBy(
      key,
      await settleOutput(ending.charge ? { ...key, verb: 'commit' } : releaseOf(key, ending.failure)),
    );
  };
}

/**
 * Releases an output that is OVERDUE_AFTER_SECONDS past its return_by. It is compared under the account's lock: support
 * may have moved it, and then nothing is done.
 */
export function createSettleOverdue(settleOutput: GroupedVerb<SettleOutputItem, SettleOutputResult>) {
  return async function settleOverdue(
    key: SettledKey,
    failure: Failure,
  ): Promise<Settled | { readonly outcome: 'not_overdue' }> {
    const overdueSeconds = OVERDUE_AFTER_SECONDS;
    const result = await settleOutput({ ...releaseOf(key, failure), overdueSeconds });
    return result.outcome === 'not_overdue' ? { outcome: 'not_overdue' } : settledBy(key, result);
  };
}

function settledBy(key: SettledKey, result: SettleOutputResult): Settled {
  switch (result.outcome) {
    case 'committed':
      return { outcome: 'committed', credits: result.committed, content: result.content };
    case 'released':
      return { outcome: 'released', failure: result.failure, credits: result.released };
    case 'asset_missing':
    case 'not_overdue':
    case 'exceeds_reserved':
    case 'invalid_amount':
    case 'key_reused':
    case 'not_found':
      throw ApplicationFailure.nonRetryable(
        `the ledger refused to end ${key.reservationId}: ${result.outcome}`,
        SETTLEMENT_REFUSED,
        result.outcome,
      );
  }
}

function releaseOf(key: SettledKey, failure: Failure) {
  return {
    ...key,
    verb: 'release',
    ...causeOf(failure),
    ifNeverBegun: isCustomersDeadline(failure) ? causeOf(failureOf('run_deadline', 'us')) : undefined,
  } as const;
}

function causeOf(failure: Failure) {
  return { failure, expiredGrantPolicy: expiredGrantPolicyOf(failure) };
}

/** A deadline that the customer set short is the customer's fault, unless nothing was begun by then: that is ours. */
function isCustomersDeadline({ code, at_fault }: Failure): boolean {
  return code === 'run_deadline' && at_fault === 'customer';
}
