import { useState } from 'preact/hooks';
import type { Catalogue, Job } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { counted } from '../../../domain/texts/counted.ts';
import { Button } from '../../shared/parts/button.tsx';
import { Dialog } from '../../shared/parts/dialog.tsx';
import { Facts } from '../../shared/parts/facts.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Money } from '../../shared/parts/money.tsx';
import { ErrorNotice, Notice, Shown } from '../../shared/parts/notice.tsx';
import { isUnderWay, Progress } from '../../shared/parts/job-progress.tsx';
import { PageHead, Section } from '../../shared/parts/shell.tsx';
import { sentenceOf, StateBadge } from '../../shared/parts/state-badge.tsx';
import { say } from '../../shared/parts/toasts.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { useVisit } from '../portal-context.tsx';
import { OutputCard } from './output-card.tsx';
import { JobReports } from './job-reports.tsx';
import { Timeline } from './timeline.tsx';

/** Outputs of a large batch that are shown at first. */
const SHOWN_OUTPUTS = 24;

/** The page of a job: its outputs, timeline and credits. */
export function JobPage({ id }: { readonly id: string }) {
  const { client } = usePageParts();
  const job = useResource(`job ${id}`, (signal) => client.jobs.retrieve(id, { signal }), {
    on: ({ job_id }) => job_id === id,
  });
  const { data } = job;
  return (
    <>
      <PageHead
        title={data === null ? 'Job' : (data.title ?? sentenceOf(data.kind))}
        before={
          <Link to={hrefTo(['jobs'])} class="back">
            ← Jobs
          </Link>
        }
        aside={
          data !== null && (
            <>
              <StateBadge state={data.state} />
              {isUnderWay(data) && <CancelButton job={data} onChange={job.set} />}
            </>
          )
        }
      >
        {data !== null && (
          <p class="muted">
            {sentenceOf(data.kind)} · <Instant at={data.created_at} />
          </p>
        )}
      </PageHead>
      <Shown of={job} label="The job" lines={6}>
        {(shown) => <JobRecord job={shown} />}
      </Shown>
    </>
  );
}

function JobRecord({ job }: { readonly job: Job }) {
  const isActive = isUnderWay(job);
  // A job that ended without its only output has no outputs to show.
  const hasOutputs = isActive || job.outputs.length > 1 || job.counts.succeeded > 0;
  return (
    <>
      {isActive && (
        <div class="card stack">
          <Progress job={job} />
          <p class="small">
            <Money credits={job.billing.reserved} isNamed /> reserved. What is not ready by{' '}
            <Instant at={job.returned_automatically_by} as="clock" /> is not charged: its credits return.
          </p>
        </div>
      )}
      {job.failure !== null && <Failure job={job} />}
      <div class={hasOutputs ? 'job-columns' : undefined}>
        {hasOutputs && <Outputs job={job} />}
        <div class={hasOutputs ? 'job-side' : 'job-side job-side-wide'}>
          <Section title="Credits" class="card">
            <JobMoney job={job} />
          </Section>
          <Section title="What happened" class="card">
            <Timeline jobId={job.id} />
          </Section>
        </div>
      </div>
      <JobReports job={job} />
    </>
  );
}

function Failure({ job }: { readonly job: Job }) {
  const { failure, billing } = job;
  const { session, catalogue } = useVisit();
  if (failure === null) return null;
  const canCreate = session.can.includes('submit') && catalogue.kinds.some(({ name }) => name === job.kind);
  return (
    <Notice
      tone={job.state === 'canceled' ? 'neutral' : 'bad'}
      title={failure.detail}
      actions={
        canCreate && (
          <Link to={hrefTo(['create'], { kind: job.kind })} class="button button-small">
            Create another
          </Link>
        )
      }
    >
      {billing.returned > 0 && (
        <p>
          <Money credits={billing.returned} isNamed /> returned to your balance.
        </p>
      )}
    </Notice>
  );
}

function Outputs({ job }: { readonly job: Job }) {
  const [shown, setShown] = useState(SHOWN_OUTPUTS);
  const { outputs } = job;
  const isOne = outputs.length === 1;
  return (
    <Section
      title={isOne ? 'Result' : 'Results'}
      aside={!isOne && <span class="muted small">{job.summary}</span>}
    >
      <ul class={isOne ? 'outputs outputs-one' : 'outputs'}>
        {outputs.slice(0, shown).map((output) => (
          <li key={output.id}>
            <OutputCard job={job} output={output} />
          </li>
        ))}
      </ul>
      {outputs.length > shown && (
        <div class="more">
          <Button onClick={() => setShown(shown + SHOWN_OUTPUTS)}>Show more</Button>
        </div>
      )}
    </Section>
  );
}

function JobMoney({ job }: { readonly job: Job }) {
  const { quoted, reserved, committed, returned, refunded } = job.billing;
  return (
    <Facts
      of={[
        { name: 'Price', value: <Money credits={quoted} /> },
        reserved > 0 && { name: 'Reserved', value: <Money credits={reserved} /> },
        { name: 'Charged', value: <Money credits={committed} /> },
        returned > 0 && { name: 'Returned', value: <Money credits={returned} isSigned /> },
        refunded > 0 && { name: 'Refunded', value: <Money credits={refunded} isSigned /> },
      ]}
    />
  );
}

/** Cancels the job after a confirmation, since the work under way is lost. */
function CancelButton({ job, onChange }: { readonly job: Job; readonly onChange: (job: Job) => void }) {
  const { client } = usePageParts();
  const { session, catalogue } = useVisit();
  const [isOpen, setIsOpen] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (!session.can.includes('submit')) return null;
  const rule = cancelRuleOf(job, catalogue);
  const cancel = async () => {
    setIsBusy(true);
    try {
      onChange(await client.jobs.cancel(job.id, { idempotencyKey: `cancel-${job.id}` }));
      setIsOpen(false);
      say('The job is being canceled');
    } catch (failed) {
      setError(failed);
    }
    setIsBusy(false);
  };
  return (
    <>
      <Button look="danger" isSmall onClick={() => setIsOpen(true)}>
        Cancel job
      </Button>
      {isOpen && (
        <Dialog
          title="Cancel this job?"
          closeLabel="Keep it"
          onClose={() => setIsOpen(false)}
          actions={
            <Button look="danger" isBusy={isBusy} onClick={() => void cancel()}>
              Cancel the job
            </Button>
          }
        >
          <p>{rule ?? 'What a cancel returns depends on the model that makes it.'}</p>
          <p class="muted">{counted(job.billing.reserved, 'credit is', 'credits are')} reserved for it.</p>
          {error !== null && <ErrorNotice error={error} />}
        </Dialog>
      )}
    </>
  );
}

/**
 * What a cancel returns, if it is the same for every model that may make the job, since a job does not say its model;
 * otherwise null. An edit and a batch may be made by any.
 */
function cancelRuleOf({ kind }: Job, { kinds, models }: Catalogue): string | null {
  const isOfOneKind = kinds.some(({ name }) => name === kind);
  const makers = models.filter((model) => !isOfOneKind || model.kinds.some((made) => made.kind === kind));
  const rules = new Set(makers.map(({ cancel_rule }) => cancel_rule));
  const [rule] = rules;
  return rules.size === 1 && rule !== undefined ? rule : null;
}
