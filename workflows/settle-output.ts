import { CancellationScope, log } from '@temporalio/workflow';
import type { Ending, Settled, SettledKey } from '../activities/settle.ts';
import { settleDurably, settleQuickly } from './activity-proxies.ts';

/**
 * Charges or returns, once, whatever else happens to the workflow: not cancellable, tried for a few seconds as a local
 * activity, then for as long as it takes as one that operators can see.
 */
export async function settleOutput(key: SettledKey, ending: Ending): Promise<Settled> {
  return CancellationScope.nonCancellable(async () => {
    try {
      return await settleQuickly.settle(key, ending);
    } catch (error) {
      log.warn('settling goes on as an ordinary activity', { reservationId: key.reservationId, error });
      return settleDurably.settle(key, ending);
    }
  });
}
