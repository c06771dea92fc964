import { activityInfo } from '@temporalio/activity';

/**
 * Milliseconds since the step that runs now was first asked for; 0 in its first try. A worker that takes a step over goes on at the pace of the one
 * that died. (Of the server's clock and ours: what they differ by makes a pause a little longer or shorter.)
 */
export function msOfEarlierTries(): number {
  const { attempt, scheduledTimestampMs } = activityInfo();
  return attempt === 1 ? 0 : Math.max(0, Date.now() - scheduledTimestampMs);
}
