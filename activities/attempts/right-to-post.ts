import { performance } from 'node:perf_hooks';
import type { Attempt } from '../../domain/work/output-plan.ts';
import type { ErrorClass } from '../../domain/work/rejections.ts';
import type { AttemptStatus } from '../../jobs/attempts/attempt-status.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';

/**
 * The most time from the database's permission to the first byte. A process that was frozen in between asks again: its
 * output may have ended, or support may have acted.
 */
export const MAX_MS_BEFORE_POST = 2_000;

export type RightToPost = {
  /** The status of the row that refused the post. */
  readonly refusedBy: () => AttemptStatus | undefined;
  /** Whether this process made the row. */
  readonly isMine: () => boolean;
  /** Whether the last request found that it was not its turn. True is returned once. */
  readonly waits: () => boolean;
  /** Makes the row, or reads it again: called immediately before the post. */
  readonly mayPost: () => Promise<boolean>;
  /** Records that a row was made and nothing was sent, so nothing ran. */
  readonly giveUpUnused: () => Promise<void>;
};

/** The right to post, which belongs to the process that made the row, for as long as the row is `posting`. */
export function createRightToPost(
  attempts: Attempts,
  attempt: Attempt,
  webhookSecretHash: Buffer | null,
): RightToPost {
  const { accountId, reference } = attempt;
  let isMine = false;
  let refusedBy: AttemptStatus | undefined;
  let waitsForTurn = false;
  return {
    refusedBy: () => refusedBy,
    isMine: () => isMine,
    waits: () => {
      const waits = waitsForTurn;
      waitsForTurn = false;
      return waits;
    },
    mayPost: async () => {
      const elapsedMs = startWatch();
      const row = isMine
        ? await attempts.read(accountId, reference)
        : await attempts.begin(attempt, webhookSecretHash);
      isMine ||= row !== undefined && 'isMine' in row && row.isMine;
      waitsForTurn = row !== undefined && 'waitsFor' in row && row.waitsFor !== null;
      if (waitsForTurn) return false;
      if (!isMine || row?.state !== 'posting') {
        refusedBy = row ?? { state: 'fenced', providerJobId: null, errorClass: null };
        return false;
      }
      return elapsedMs() <= MAX_MS_BEFORE_POST;
    },
    giveUpUnused: async () => {
      if (!isMine) return;
      const errorClass: ErrorClass = 'not_found';
      await attempts.move(accountId, reference, { from: ['posting', 'unknown'], to: 'rejected', errorClass });
    },
  };
}

/**
 * Measures by the clock that ran further: a suspended machine stops the monotonic one, and a step sets the other back.
 */
function startWatch(): () => number {
  const [monotonic, wall] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - monotonic, Date.now() - wall);
}
