import { heartbeat } from '@temporalio/activity';
import type { Failure } from '../../domain/work/failures.ts';
import { outputIdOf, releaseKeyOf } from '../../domain/ids.ts';
import type { Settle } from './settle.ts';

/** The outputs of a job from `from` to `to`, which is not included. */
type OutputRange = {
  readonly accountId: string;
  readonly jobId: string;
  readonly from: number;
  readonly to: number;
};

/** Settlements at once: group commit makes one call of them. */
const AT_ONCE = 50;

/**
 * Releases outputs whose workflows have not begun. One that has begun meanwhile is fenced; one that has ended keeps its
 * end. Safe to repeat.
 */
export function createReleaseOutputs(settle: Settle) {
  return async function releaseOutputs(range: OutputRange, failure: Failure): Promise<void> {
    const { accountId, jobId } = range;
    for (let start = range.from; start < range.to; start += AT_ONCE) {
      const count = Math.min(AT_ONCE, range.to - start);
      await Promise.all(
        Array.from({ length: count }, (_, index) =>
          settle(releaseKeyOf(accountId, outputIdOf(jobId, start + index)), { charge: false, failure }),
        ),
      );
      heartbeat(start + count);
    }
  };
}
