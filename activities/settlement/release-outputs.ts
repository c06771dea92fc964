import { heartbeat } from '@temporalio/activity';
import type { Failure } from '../../domain/work/failures.ts';
import { outputIdOf, reservationIdOf } from '../../domain/ids.ts';
import type { Settle } from './settle.ts';

/** Outputs `from` … `to` (not included) of a job. */
export type OutputRange = {
  readonly accountId: string;
  readonly jobId: string;
  readonly from: number;
  readonly to: number;
};

/** Settlements under way at once: the group commit makes one call of them. */
const AT_ONCE = 50;

/**
 * Returns the credits of outputs whose workflows have not begun. One that has begun all the same is fenced by it; one that
 * has ended keeps its end. Safe to call again from the start.
 */
export function createReleaseOutputs(settle: Settle) {
  return async function releaseOutputs(range: OutputRange, failure: Failure): Promise<void> {
    const { accountId, jobId } = range;
    for (let start = range.from; start < range.to; start += AT_ONCE) {
      const count = Math.min(AT_ONCE, range.to - start);
      await Promise.all(
        Array.from({ length: count }, (_, index) => {
          const outputId = outputIdOf(jobId, start + index);
          const key = { accountId, jobId, outputId, reservationId: reservationIdOf(outputId), credits: 0 };
          return settle(key, { charge: false, failure });
        }),
      );
      heartbeat(start + count);
    }
  };
}
