import type { Inspection } from '../../../client/http/wire-types.ts';
import { Empty } from '../../shared/parts/notice.tsx';
import { TrailItem } from '../trail-item.tsx';

/** Who did what to the job, and why, the newest first. */
export function AuditTrail({ actions }: { readonly actions: Inspection['actions'] }) {
  if (actions.length === 0) return <Empty title="Support has done nothing to this job" />;
  return (
    <ol class="trail">
      {actions.toReversed().map(({ at, actor, action, reason, detail }) => (
        <TrailItem key={`${at} ${action}`} action={action} actor={actor} at={at} reason={reason}>
          <p class="muted small mono trail-detail">{detailText(detail)}</p>
        </TrailItem>
      ))}
    </ol>
  );
}

function detailText(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .filter(([name, value]) => name !== 'job_id' && value !== null)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
}
