import { useCallback } from 'preact/hooks';
import type { AccountEvent, Job } from '../../../client/http/wire-types.ts';
import { useEvents, usePageParts } from '../../shared/data/page-context.ts';
import { useList } from '../../shared/data/use-list.ts';
import { ChoiceBar } from '../../shared/parts/choice-bar.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Joined } from '../../shared/parts/joined.tsx';
import { LongList } from '../../shared/parts/long-list.tsx';
import { creditsText, Money } from '../../shared/parts/money.tsx';
import { Empty } from '../../shared/parts/notice.tsx';
import { Thumbnail } from '../../shared/parts/output-view.tsx';
import { isUnderWay, Progress } from '../../shared/parts/job-progress.tsx';
import { PageHead } from '../../shared/parts/shell.tsx';
import { sentenceOf, StateBadge } from '../../shared/parts/state-badge.tsx';
import { ListFrame } from '../../shared/parts/table.tsx';
import { hrefTo, Link, useFilter } from '../../shared/router.tsx';
import { useVisit } from '../portal-context.tsx';

const PAGE_ROWS = 25;
const STATES = [
  { value: null, text: 'All' },
  { value: 'running', text: 'Running' },
  { value: 'stuck', text: 'Taking long' },
  { value: 'succeeded', text: 'Delivered' },
  { value: 'failed', text: 'Failed' },
  { value: 'canceled', text: 'Canceled' },
] as const;

/** All jobs, newest first, kept up to date. */
export function JobsPage() {
  const { client } = usePageParts();
  const { session, catalogue } = useVisit();
  const [askedState, setState] = useFilter('state');
  const [askedKind, setKind] = useFilter('kind');
  const kinds = [...catalogue.kinds.map(({ name }) => name), 'edit', 'batch'];
  const kind = kinds.find((name) => name === askedKind) ?? null;
  const state = STATES.find(({ value }) => value === askedState)?.value ?? null;
  const list = useList<Job>(
    `jobs ${state ?? ''} ${kind ?? ''}`,
    (cursor, signal) => {
      const filters = {
        limit: PAGE_ROWS,
        ...(state === null ? {} : { state }),
        ...(kind === null ? {} : { kind }),
      };
      return client.jobs.list(filters, { signal }).page(cursor);
    },
    {
      nameOf: ({ id }) => id,
      on: ({ type }) => type === 'job.queued' || (state !== null && type !== 'job.progress'),
    },
  );
  useJobNews(list.replace);
  const isFiltered = state !== null || kind !== null;
  return (
    <>
      <PageHead
        title="Jobs"
        aside={
          session.can.includes('quote') && (
            <Link to={hrefTo(['create'])} class="button button-primary">
              Create
            </Link>
          )
        }
      />
      <div class="row filters">
        <ChoiceBar label="State" choices={STATES} value={state} onChoose={setState} />
        <select
          class="input input-small filter-kind"
          aria-label="Kind"
          value={kind ?? ''}
          onChange={(event) => setKind(event.currentTarget.value)}
        >
          <option value="">Every kind</option>
          {kinds.map((name) => (
            <option key={name} value={name}>
              {sentenceOf(name)}
            </option>
          ))}
        </select>
      </div>
      <ListFrame
        of={list}
        label="Your jobs"
        empty={
          isFiltered ? (
            <Empty title="No job fits these filters">
              Choose others, or <Link to={hrefTo(['jobs'])}>see all jobs</Link>.
            </Empty>
          ) : (
            <Empty title="No jobs yet">
              What you create is listed here, with its progress and its price.
              {session.can.includes('quote') && (
                <>
                  {' '}
                  <Link to={hrefTo(['create'])}>Create the first one</Link>.
                </>
              )}
            </Empty>
          )
        }
      >
        {(rows, hasMore) => <LongList rows={rows} nameOf={({ id }) => id} line={jobLine} hasMore={hasMore} />}
      </ListFrame>
    </>
  );
}

/** Reads a job again after each of its events and replaces its row. */
function useJobNews(replace: (job: Job) => void): void {
  const { client } = usePageParts();
  const listener = useCallback(
    ({ job_id: id }: AccountEvent) => {
      if (id === undefined) return;
      // A failed read is made up for by the next event, or by reading the list after a break.
      client.jobs.retrieve(id).then(replace, () => undefined);
    },
    [client, replace],
  );
  useEvents(listener);
}

const jobLine = (job: Job) => <JobRow job={job} />;

function JobRow({ job }: { readonly job: Job }) {
  const { billing, counts } = job;
  const isActive = isUnderWay(job);
  const cost = isActive ? billing.reserved : billing.committed - billing.refunded;
  const note = noteOf(job, isActive);
  return (
    <a class="job-row" href={hrefTo(['jobs', job.id])}>
      <Thumbnail output={job.outputs.find(({ content_url }) => content_url !== null)} isActive={isActive} />
      <span class="line-what">
        <bdi class="line-title">{job.title ?? sentenceOf(job.kind)}</bdi>
        <span class="muted small">
          <Joined
            of={[
              sentenceOf(job.kind),
              counts.outputs > 1 && `${String(counts.succeeded)} of ${String(counts.outputs)} delivered`,
              <Instant at={job.created_at} />,
            ]}
          />
        </span>
        {isActive && <Progress job={job} isSlim />}
      </span>
      <span class="line-state">
        <StateBadge state={job.state} />
      </span>
      <span class="line-money">
        <Money credits={cost} />
        <span class="muted small">{note}</span>
      </span>
    </a>
  );
}

/** What the credits of a job beside its row are. */
function noteOf({ billing }: Job, isActive: boolean): string {
  if (isActive) return 'reserved';
  if (billing.refunded > 0) return `${creditsText(billing.refunded)} refunded`;
  return billing.committed === 0 && billing.returned > 0
    ? `${creditsText(billing.returned)} returned`
    : 'charged';
}
