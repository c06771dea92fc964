import type { Job } from '../../../client/http/wire-types.ts';
import { sentenceOf } from './state-badge.tsx';

/** Returns true until the job has ended. */
export const isUnderWay = ({ finished_at }: Job) => finished_at === null;

/** A job's stage in words, with a bar if its progress is known. */
export function Progress(props: { readonly job: Job; readonly isSlim?: boolean }) {
  const { job, isSlim = false } = props;
  const share = shareOf(job);
  const text = progressText(job);
  return (
    <span class={isSlim ? 'progress progress-slim' : 'progress'}>
      <span
        class={share === null ? 'progress-bar progress-open' : 'progress-bar'}
        role="progressbar"
        aria-label={text}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(share === null ? {} : { 'aria-valuenow': Math.round(share * 100) })}
      >
        <span class="progress-done" style={{ width: `${String(Math.round((share ?? 0) * 100))}%` }} />
      </span>
      {!isSlim && <span class="small muted">{text}</span>}
    </span>
  );
}

/** The share that is done, from 0 to 1: of the outputs, or of a single one as its model reports it. Null: unknown. */
function shareOf({ counts, progress }: Job): number | null {
  if (counts.outputs > 1) return (counts.succeeded + counts.failed + counts.canceled) / counts.outputs;
  return progress.fraction;
}

function progressText(job: Job): string {
  const { progress, state, counts } = job;
  if (counts.outputs > 1) return `${String(counts.succeeded)} of ${String(counts.outputs)} delivered`;
  if (state === 'queued') {
    return progress.queue_position === null
      ? 'Waiting to begin'
      : `Number ${String(progress.queue_position)} in the queue`;
  }
  if (progress.stage === null) return state === 'stuck' ? 'Taking longer than usual' : 'Under way';
  const percent = progress.fraction === null ? '' : `, ${String(Math.round(progress.fraction * 100))} %`;
  return `${sentenceOf(progress.stage)}${percent}`;
}
