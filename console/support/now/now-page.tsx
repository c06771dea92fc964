import type { ComponentChildren } from 'preact';
import type { Attention } from '../../../client/http/wire-types.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Money } from '../../shared/parts/money.tsx';
import { Shown } from '../../shared/parts/notice.tsx';
import { PageHead } from '../../shared/parts/shell.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { breakerBadge } from '../models/breaker-badge.tsx';
import { Stale } from '../stale.tsx';
import { counted } from '../../../domain/texts/counted.ts';

/** The interval between reads. The page reads all lists in one request. */
const EVERY_MS = 4_000;

/** Everything that needs a person now, of all accounts. */
export function NowPage() {
  const { client } = usePageParts();
  const attention = useResource('attention', (signal) => client.attention({ signal }), { everyMs: EVERY_MS });
  return (
    <>
      <PageHead
        title="Now"
        aside={
          attention.data !== null && (
            <span class="muted small live">
              <span class="live-dot" aria-hidden="true" />
              As of <Instant at={attention.data.at} as="exact" />
            </span>
          )
        }
      />
      <Stale of={attention} />
      <Shown of={attention} label="What asks for you" lines={8}>
        {(now) => <Lists of={now} />}
      </Shown>
    </>
  );
}

function Lists({ of }: { readonly of: Attention }) {
  return (
    <div class="now">
      <List
        title="Stuck jobs"
        none="No job takes longer than expected"
        count={of.stuck.length}
        hasMore={of.more.includes('stuck')}
      >
        {of.stuck.map((job) => (
          <Line
            key={job.job_id}
            to={['jobs', job.job_id]}
            what={`${sentenceOf(job.kind)} by ${job.model}`}
            id={job.job_id}
          >
            returns at <Instant at={job.returned_automatically_by} as="zoned" />
          </Line>
        ))}
      </List>
      <List
        title="Unknown outcomes"
        none="Of every attempt it is known whether it ran"
        count={of.unknown_outcomes.length}
        hasMore={of.more.includes('unknown_outcomes')}
      >
        {of.unknown_outcomes.map((one) => (
          <Line
            key={one.reference}
            to={['jobs', one.job_id]}
            what={`Attempt at ${one.provider}`}
            id={one.job_id}
          >
            sent <Instant at={one.posted_at} />
          </Line>
        ))}
      </List>
      <List
        title="Overdue returns"
        none="No return is overdue"
        count={of.overdue.length}
        hasMore={of.more.includes('overdue')}
      >
        {of.overdue.map((one) => (
          <Line
            key={one.reservation_id}
            to={one.job_id === null ? ['accounts', one.account_id] : ['jobs', one.job_id]}
            what={<Money credits={one.credits} isNamed />}
            id={one.reservation_id}
          >
            was due at <Instant at={one.return_by} as="zoned" />
          </Line>
        ))}
      </List>
      <List
        title="Open reviews"
        none="No report waits for a decision"
        count={of.reviews.length}
        hasMore={of.more.includes('reviews')}
      >
        {of.reviews.map((one) => (
          <Line key={one.id} to={['reviews', one.id]} what={sentenceOf(one.category)} id={one.id}>
            reported <Instant at={one.created_at} />
          </Line>
        ))}
      </List>
      <List
        title="Repairs"
        none="Nothing has to be settled by hand"
        count={of.repairs.length}
        hasMore={of.more.includes('repairs')}
      >
        {of.repairs.map((one) => (
          <Line
            key={one.reservation_id}
            to={one.job_id === null ? ['accounts', one.account_id] : ['jobs', one.job_id]}
            what={one.why}
            id={one.reservation_id}
          >
            tried {counted(one.tries, 'time')} since <Instant at={one.first_seen_at} />
          </Line>
        ))}
      </List>
      <List
        title="Failing webhooks"
        none="All webhook endpoints can be reached"
        count={of.webhooks.length}
        hasMore={of.more.includes('webhooks')}
      >
        {of.webhooks.map((one) => (
          <Line key={one.id} to={['accounts', one.account_id]} what={one.url} id={one.id}>
            {one.enabled ? 'failing' : 'disabled, failing'} since <Instant at={one.failing_since} />
          </Line>
        ))}
      </List>
      <DegradedModels of={of.models} />
    </div>
  );
}

function DegradedModels({ of }: { readonly of: Attention['models'] }) {
  const degraded = of.filter(({ health }) => health !== 'ok');
  return (
    <List
      title="Models"
      none={of.length === 1 ? 'The model works' : `All ${counted(of.length, 'model')} work`}
      count={degraded.length}
      hasMore={false}
    >
      {degraded.map((model) => (
        <Line
          key={model.name}
          to={['models']}
          what={model.name}
          id={model.calls
            .filter(({ breaker }) => breaker !== 'closed')
            .map((call) => call.model)
            .join(', ')}
        >
          {breakerBadge(model.calls.some(({ breaker }) => breaker === 'open') ? 'open' : 'half_open')}
        </Line>
      ))}
    </List>
  );
}

function List(props: {
  readonly title: string;
  readonly none: string;
  readonly count: number;
  /** There are more than are listed. */
  readonly hasMore: boolean;
  readonly children: ComponentChildren;
}) {
  const { title, none, count, hasMore } = props;
  return (
    <section class="card now-list" aria-label={title}>
      <div class="now-head">
        <h2>{title}</h2>
        <span class={count === 0 ? 'count count-none' : 'count'}>
          {hasMore ? `more than ${String(count)}` : count}
        </span>
      </div>
      {count === 0 ? <p class="muted small now-none">{none}.</p> : <ul>{props.children}</ul>}
    </section>
  );
}

function Line(props: {
  readonly to: readonly string[];
  readonly what: ComponentChildren;
  readonly id: string;
  readonly children: ComponentChildren;
}) {
  return (
    <li>
      <Link to={hrefTo(props.to)} class="now-line">
        <bdi class="now-what">{props.what}</bdi>
        <span class="muted small nowrap">{props.children}</span>
        <span class="mono small muted now-id">{props.id}</span>
      </Link>
    </li>
  );
}
