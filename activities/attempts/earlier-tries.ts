import { activityInfo } from '@temporalio/activity';

/**
 * Milliseconds since the running activity was first scheduled; 0 in its first try. So a worker that takes it over goes
 * on at the pace of the one that died. (It compares the server's clock with ours: a difference makes a pause a little
 * longer or shorter.)
 */
export function msOfEarlierTries(): number {
  const { attempt, scheduledTimestampMs } = activityInfo();
  return attempt === 1 ? 0 : Math.max(0, Date.now() - scheduledTimestampMs);
}
