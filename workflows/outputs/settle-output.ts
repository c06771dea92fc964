import { log } from '@temporalio/workflow';
import type { Ending, Settled, SettledKey } from '../../activities/settlement/settle.ts';
import { failureOf } from '../../domain/work/failures.ts';
import { requireNotCancellable } from '../require-not-cancellable.ts';
import { settleDurably, settleLocally } from '../activity-proxies.ts';

/**
 * Charges or returns, once. If the ledger refuses a charge, the credits return. If it refuses the return too, this
 * throws: the workflow fails, and the reconciler puts the open reservation on the repair queue. Throws TypeError in a
 * cancellable scope.
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

/** First as a local activity for a few seconds, then as an ordinary one without a limit of tries. */
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
