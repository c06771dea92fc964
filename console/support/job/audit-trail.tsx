import type { Inspection } from '../../../client/http/wire-types.ts';
import { GivenText } from '../../shared/parts/given-text.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Empty } from '../../shared/parts/notice.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';

/** Who did what to the job, and why, the newest first. */
export function AuditTrail({ actions }: { readonly actions: Inspection['actions'] }) {
  if (actions.length === 0) return <Empty title="Support has done nothing to this job" />;
  return (
    <ol class="trail">
      {actions.toReversed().map(({ at, actor, action, reason, detail }) => (
        <li key={`${at} ${action}`} class="trail-item">
          <p>
            <strong>{sentenceOf(action)}</strong> by <bdi>{actor}</bdi>{' '}
            <span class="muted">
              <Instant at={at} />
            </span>
          </p>
          <p>
            <GivenText text={reason} />
          </p>
          <p class="muted small mono trail-detail">{detailText(detail)}</p>
        </li>
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
