import type { Inspection } from '../../../client/http/wire-types.ts';
import { ContentProvider } from '../../shared/data/content-cache.tsx';
import { useResource } from '../../shared/data/use-resource.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Shown } from '../../shared/parts/notice.tsx';
import { PageHead, Section } from '../../shared/parts/shell.tsx';
import { sentenceOf, StateBadge } from '../../shared/parts/state-badge.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { AccountLink } from '../account-link.tsx';
import { AccountScope } from '../account-scope.tsx';
import { IdText } from '../id-text.tsx';
import { useRecent } from '../find/recent.ts';
import { Stale } from '../stale.tsx';
import { AnswerCards } from './answer-cards.tsx';
import { AuditTrail } from './audit-trail.tsx';
import { EntriesSection } from './entries-section.tsx';
import { JobActions } from './job-actions.tsx';
import { InspectedOutputs } from './inspected-outputs.tsx';

/** A job changes while it is viewed: a provider ends, a deadline passes. */
const EVERY_MS = 4_000;

/** Everything on record of a job, on one screen, the three answers first. */
export function SupportJobPage({ jobId }: { readonly jobId: string }) {
  const { client } = usePageParts();
  const inspection = useResource(`inspect ${jobId}`, (signal) => client.jobs.inspect(jobId, { signal }), {
    everyMs: EVERY_MS,
  });
  const { data } = inspection;
  const title = data === null ? 'Job' : (data.job.title ?? sentenceOf(data.job.kind));
  useRecent(data === null ? null : { type: 'job', id: jobId, label: sentenceOf(data.job.kind) });
  return (
    <>
      <PageHead
        title={title}
        before={
          <Link to={hrefTo(['find'])} class="back">
            ← Find
          </Link>
        }
        aside={data !== null && <StateBadge state={data.job.state} />}
      >
        <p class="row small">
          <IdText id={jobId} />
          {data !== null && (
            <>
              <span class="muted">
                {sentenceOf(data.job.kind)}, submitted <Instant at={data.job.created_at} />
              </span>
              <AccountLink accountId={data.account_id} />
              {data.retry_of !== null && (
                <span>
                  Made again for free after <Link to={hrefTo(['reviews', data.retry_of])}>this report</Link>
                </span>
              )}
            </>
          )}
        </p>
      </PageHead>
      <Stale of={inspection} />
      <Shown of={inspection} label="The job" lines={8}>
        {(shown) => (
          <AccountScope accountId={shown.account_id}>
            <ContentProvider>
              <JobRecord of={shown} onTold={inspection.reload} />
            </ContentProvider>
          </AccountScope>
        )}
      </Shown>
    </>
  );
}

function JobRecord(props: { readonly of: Inspection; readonly onTold: () => void }) {
  const { of: inspection } = props;
  // The entries are read again when the billing has changed.
  const { committed, returned, refunded } = inspection.job.billing;
  return (
    <div class="stack-wide">
      <AnswerCards of={inspection} />
      <JobActions of={inspection} onTold={props.onTold} />
      <InspectedOutputs of={inspection} />
      <Section title="Entries">
        <EntriesSection jobId={inspection.job.id} version={[committed, returned, refunded].join(' ')} />
      </Section>
      <Section title="Audit trail">
        <AuditTrail actions={inspection.actions} />
      </Section>
    </div>
  );
}
