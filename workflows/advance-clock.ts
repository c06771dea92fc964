import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ClockActivities } from '../activities/maintenance/advance-clocks.ts';
import { clockAskedSignal } from '../contract/workflow-messages.ts';
import { handleSignal, parseStart } from './messages/handle-message.ts';
import { accountId } from './messages/message-parsers.ts';

const { advanceClock: advance } = proxyActivities<ClockActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/**
 * Moves the clock of a test account to where it was asked to go. A signal that arrives while the workflow closes is not
 * lost.
 */
export async function advanceClock(started: string): Promise<void> {
  const ofAccount = parseStart(accountId, started);
  let isAsked = true;
  handleSignal(clockAskedSignal, null, () => {
    isAsked = true;
  });
  while (isAsked) {
    isAsked = false;
    await advance(ofAccount);
  }
}
