import { randomUUID } from 'node:crypto';
import type { Database } from '../../ledger/database.ts';
import { limitsOf, type LimitsOfProviders } from '../../domain/work/provider-limits.ts';
import { forgetAnswer, keepAnswer, readAnswer } from './answers.ts';
import { noteUnreached, queueAttempts } from './attempt-turns.ts';
import { beginAttempt, prepareAttempt, type NewAttempt } from './begin-attempt.ts';
import { failAttempt, recordAsset } from './finish-attempt.ts';
import { acceptAttempt, closeAttempt, moveAttempt, type AttemptMove } from './move-attempt.ts';
import { readAttempt, readAttemptsOfOutput } from './read-attempts.ts';
import { readReturnTime } from './return-time.ts';

export type Attempts = ReturnType<typeof createAttempts>;

/**
 * The attempt rows: one per submission, written before the request leaves and moved by compare-and-set.
 * @param submitter the id of this process: a later look-up asks whether it is alive.
 * @param limits of providers, the same in every worker.
 */
export function createAttempts(database: Database, submitter = 'unknown', limits: LimitsOfProviders = {}) {
  return {
    prepare: (attempt: NewAttempt) => prepareAttempt(database, attempt),
    /**
     * @param webhookSecretHash of the webhook address; null: the provider is given none.
     * @param claim of the caller, the same when it asks again because it received no response.
     */
    begin: (attempt: NewAttempt, webhookSecretHash: Buffer | null = null, claim: string = randomUUID()) =>
      beginAttempt(
        database,
        attempt,
        `${submitter}#${claim}`,
        webhookSecretHash,
        limitsOf(limits, attempt.provider),
      ),
    /** Whether attempts at a provider wait for their turn. Without limits PostgreSQL is not asked. */
    hasLimits: (provider: string) => Object.hasOwn(limits, provider),
    /** All attempts are of one model. */
    queue: (ofModel: readonly NewAttempt[]) => queueAttempts(database, ofModel, limits),
    noteUnreached: (attempt: NewAttempt) => noteUnreached(database, attempt),
    close: (accountId: string, reference: string) => closeAttempt(database, accountId, reference),
    move: (accountId: string, reference: string, move: AttemptMove) =>
      moveAttempt(database, accountId, reference, move),
    accept: acceptAttempt.bind(null, database),
    read: (accountId: string, reference: string) => readAttempt(database, accountId, reference),
    ofOutput: (accountId: string, outputId: string) => readAttemptsOfOutput(database, accountId, outputId),
    /** The output's return_by; undefined: it is settled. */
    returnTime: (accountId: string, outputId: string) => readReturnTime(database, accountId, outputId),
    recordAsset: recordAsset.bind(null, database),
    fail: failAttempt.bind(null, database),
    keepAnswer: keepAnswer.bind(null, database),
    readAnswer: readAnswer.bind(null, database),
    forgetAnswer: forgetAnswer.bind(null, database),
  };
}
