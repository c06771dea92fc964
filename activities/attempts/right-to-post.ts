import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { ErrorClass } from '../../domain/work/rejections.ts';
import type { AttemptStatus } from '../../jobs/attempts/attempt-status.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import { recordSurely } from './record-surely.ts';

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
  /** Why the last request to the database failed: whether there is a row is not known until it is asked again. */
  readonly failure: () => Error | undefined;
  /** Makes the row, or reads it again: called immediately before the post. False: nothing may be sent now. */
  readonly mayPost: () => Promise<boolean>;
  /** Records that a row was made and nothing was sent, so nothing ran. */
  readonly giveUpUnused: () => Promise<void>;
};

/**
 * The right to post, which belongs to the claim that made the row, for as long as the row is `posting`. A request whose
 * response was lost may have made the row, and is asked again under the same claim: a row that is left behind would be in
 * doubt for as long as its process lives.
 */
export function createRightToPost(
  attempts: Attempts,
  attempt: Attempt,
  webhookSecretHash: Buffer | null,
): RightToPost {
  const { accountId, reference } = attempt;
  const claim = randomUUID();
  let isMine = false;
  let failure: Error | undefined;
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
    failure: () => failure,
    mayPost: async () => {
      const elapsedMs = startWatch();
      let row: Awaited<ReturnType<Attempts['read' | 'begin']>>;
      try {
        row = isMine
          ? await attempts.read(accountId, reference)
          : await attempts.begin(attempt, webhookSecretHash, claim);
        failure = undefined;
      } catch (error) {
        failure = error as Error;
        return false;
      }
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
      const errorClass: ErrorClass = 'not_found';
      await recordSurely(async () => {
        if (failure !== undefined && !isMine)
          isMine = (await attempts.read(accountId, reference))?.submitter.endsWith(`#${claim}`) ?? false;
        if (isMine)
          await attempts.move(accountId, reference, {
            from: ['posting', 'unknown'],
            to: 'rejected',
            errorClass,
          });
      });
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
