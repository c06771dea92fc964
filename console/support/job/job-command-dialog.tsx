import { useState } from 'preact/hooks';
import type { Inspection, Job, SupportBody } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { figureOf } from '../../shared/parts/figure-of.ts';
import { exactText } from '../../shared/parts/instant.tsx';
import { creditsText } from '../../shared/parts/money.tsx';
import { stateText } from '../../shared/parts/state-badge.tsx';
import { NO_REASON_YET } from '../act/no-reason-yet.ts';
import { ActDialog, type ActDialogProps } from '../act/act-dialog.tsx';
import type { Arguments } from './command-arguments.ts';
import { ExtendFields, RefundFields, ResolveFields } from './command-fields.tsx';

export type PossibleCommand = Inspection['possible_commands'][number];

/** The dialog of one command: arguments, preview, reason, result. */
export function JobCommandDialog(
  props: ActDialogProps<Inspection> & { readonly asked: PossibleCommand; readonly title: string },
) {
  const { client } = usePageParts();
  const { job } = props.of;
  const { command } = props.asked;
  const [chosen, setChosen] = useState<Arguments>(() => ({
    until: laterThan(job),
    credits: '',
    output: '',
    outcome: 'did_not_run',
    providerJob: '',
  }));
  const choose = (some: Partial<Arguments>) => setChosen((before) => ({ ...before, ...some }));
  const bodyOf = (reason: string) => commandBody(props.asked, chosen, reason);
  return (
    <ActDialog
      of={{
        title: `${props.title} this job`,
        verb: props.title,
        isDanger: command === 'release',
        isReasonShown: command === 'refund',
        asked: JSON.stringify(bodyOf(NO_REASON_YET)),
        // A text that is no number must not refund everything, as an empty one does.
        preview:
          figureOf(chosen.credits) === undefined
            ? null
            : (signal) => client.jobs.preview(job.id, bodyOf(NO_REASON_YET), { signal }),
        act: (reason, { key: idempotencyKey, asOf }) =>
          client.jobs.command(job.id, bodyOf(reason), { idempotencyKey, asOf }),
        resultOf: (done) => <JobNow job={done} />,
      }}
      onClose={props.onClose}
      onTold={props.onTold}
    >
      {command === 'extend' && <ExtendFields of={job} chosen={chosen} onChoose={choose} />}
      {command === 'refund' && (
        <RefundFields of={props.of} outputIds={props.asked.output_ids} chosen={chosen} onChoose={choose} />
      )}
      {command === 'resolve' && <ResolveFields chosen={chosen} onChoose={choose} />}
    </ActDialog>
  );
}

function JobNow({ job }: { readonly job: Job }) {
  const { billing } = job;
  return (
    <>
      <p>
        The job is now “{stateText(job.state)}”: {job.summary}.
      </p>
      <p>
        Reserved {creditsText(billing.reserved)}, charged {creditsText(billing.committed)}, returned{' '}
        {creditsText(billing.returned)}, refunded {creditsText(billing.refunded)}.
      </p>
      {billing.reserved > 0 && <p>What is reserved returns by {exactText(job.returned_automatically_by)}.</p>}
    </>
  );
}

function commandBody({ command, attempt }: PossibleCommand, chosen: Arguments, reason: string): SupportBody {
  switch (command) {
    case 'release':
      return { command, reason };
    case 'extend':
      return { command, reason, until: chosen.until };
    case 'restart':
      return { command, reason, from_attempt: attempt ?? 1 };
    case 'refund': {
      const credits = figureOf(chosen.credits);
      return {
        command,
        reason,
        ...(typeof credits === 'number' ? { credits } : {}),
        ...(chosen.output === '' ? {} : { output_id: chosen.output }),
      };
    }
    case 'resolve':
      return {
        command,
        reason,
        outcome: chosen.outcome,
        ...(attempt === null ? {} : { attempt }),
        ...(chosen.outcome === 'did_not_run' || chosen.providerJob.trim() === ''
          ? {}
          : { provider_job_id: chosen.providerJob.trim() }),
      };
  }
}

const HOUR_MS = 3_600_000;

/** An hour after the current deadline, or after now if that has passed. */
function laterThan(job: Job): string {
  return new Date(Math.max(Date.parse(job.returned_automatically_by), Date.now()) + HOUR_MS).toISOString();
}
