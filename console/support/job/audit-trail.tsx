import type { Inspection } from '../../../client/http/wire-types.ts';
import { Empty } from '../../shared/parts/notice.tsx';
import { TrailDetail } from '../trail-detail.tsx';
import { TrailItem } from '../trail-item.tsx';

/** Support's actions on the job, newest first. */
export function AuditTrail({ actions }: { readonly actions: Inspection['actions'] }) {
  if (actions.length === 0) return <Empty title="Support has done nothing to this job" />;
  return (
    <ol class="trail">
      {actions.toReversed().map(({ at, actor, action, reason, detail }) => (
        <TrailItem key={`${at} ${action}`} action={action} actor={actor} at={at} reason={reason}>
          <TrailDetail of={detail} but="job_id" />
        </TrailItem>
      ))}
    </ol>
  );
}
