import { log } from '@temporalio/workflow';
import type { Ending, Settled, SettledKey } from '../../activities/settlement/settle.ts';
import { failureOf } from '../../domain/work/failures.ts';
import { requireNotCancellable } from '../require-not-cancellable.ts';
import { settleDurably, settleLocally } from '../activity-proxies.ts';

/**
 * Charges or returns, once. Throws TypeError where it could be cancelled. A charge that is refused for good is none: the
 * credits return. Throws where the return is refused for good as well: the workflow fails with it, and the reconciler, which finds the
 * reservation open, tells support (repairs).
 */
export async function settleOutput(key: SettledKey, ending: Ending): Promise<Settled> {
  requireNotCancellable('settleOutput');
  try {
    return await settle(key, ending);
  } catch (error) {
    if (!ending.charge) throw error;
    log.error('a charge is refused for good; the credits return', {
      reservationId: key.reservationId,
      error,
    });
    return settle(key, { charge: false, failure: failureOf('internal') });
  }
}

/** For a few seconds as a local activity, then as one that operators can see: as long as it takes, or until it is refused for good. */
async function settle(key: SettledKey, ending: Ending): Promise<Settled> {
  try {
    return await settleLocally.settle(key, ending);
  } catch (error) {
    log.warn('the local settlement failed; an ordinary activity settles', {
      reservationId: key.reservationId,
      error,
    });
    return settleDurably.settle(key, ending);
  }
}
