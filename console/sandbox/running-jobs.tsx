import type { Job } from '../../client/http/wire-types.ts';
import { Button } from '../shared/parts/button.tsx';
import { isUnderWay, Progress } from '../shared/parts/job-progress.tsx';
import { creditsText } from '../shared/parts/money.tsx';
import { Empty, Loading } from '../shared/parts/notice.tsx';
import { Section } from '../shared/parts/shell.tsx';
import { sentenceOf, StateBadge } from '../shared/parts/state-badge.tsx';
import { START_NAMES, type ActName, type SandboxState } from './sandbox-wire.ts';
import type { AccountSeen } from './use-account.ts';

/** The jobs with their stage and credits, newest first, and the buttons that start more. */
export function RunningJobs(props: {
  readonly account: AccountSeen;
  readonly state: SandboxState;
  readonly asked: string | null;
  readonly onAsk: (name: ActName) => void;
}) {
  const { jobs } = props.account;
  const starts = props.state.offered.filter(({ name }) => START_NAMES.some((start) => start === name));
  return (
    <Section title="Jobs" class="column">
      <div class="row starts">
        {starts.map(({ name, title }) => (
          <Button key={name} isSmall isBusy={props.asked === name} onClick={() => props.onAsk(name)}>
            {title}
          </Button>
        ))}
        {props.state.temporal_jobs_url !== null && (
          <a class="small" href={props.state.temporal_jobs_url} target="_blank" rel="noreferrer">
            Temporal UI
          </a>
        )}
      </div>
      <JobList jobs={jobs} />
    </Section>
  );
}

function JobList({ jobs }: { readonly jobs: readonly Job[] | null }) {
  if (jobs === null) return <Loading label="The jobs" lines={5} />;
  if (jobs.length === 0) {
    return (
      <Empty title="No jobs yet">
        Start some, or strike at once: a fault brings jobs of its own where none are under way.
      </Empty>
    );
  }
  return (
    <ul class="card card-flush running" tabIndex={0} aria-label="Jobs, newest first">
      {jobs.map((job) => (
        <li key={job.id} class="running-job" data-state={job.state}>
          <span class="running-head">
            <bdi class="running-title">{job.title ?? sentenceOf(job.kind)}</bdi>
            <StateBadge state={job.state} />
          </span>
          {isUnderWay(job) && <Progress job={job} />}
          <span class="muted small">
            {sentenceOf(job.kind)} · {moneyText(job)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function moneyText({ billing, failure }: Job): string {
  if (billing.reserved > 0) return `${creditsText(billing.reserved)} reserved`;
  const returned = `${creditsText(billing.returned)} returned`;
  if (billing.committed === 0)
    return failure === null ? returned : `${sentenceOf(failure.code)}, ${returned}`;
  return `${creditsText(billing.committed)} charged`;
}
