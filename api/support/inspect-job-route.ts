import { CALLS } from '../../contract/calls.ts';
import type { InspectedOutput, Inspection } from '../../contract/shapes/support-shapes.ts';
import type { SupportWorkflows } from '../../client/support-workflow.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { workflowIdOf, workflowIdOfOutput } from '../../domain/ids.ts';
import { answersOf, billedCostOf } from '../../domain/support/job-answers.ts';
import { possibleCommandsOf } from '../../domain/support/possible-commands.ts';
import { providerPageOf } from '../../domain/support/provider-page.ts';
import { nextActionOf } from '../../domain/support/next-action.ts';
import { fieldsForSupport, type KindRules } from '../../domain/work/work.ts';
import {
  inspectJob,
  type JobInspection,
  type StoredInspectedOutput,
} from '../../jobs/support/inspect-job.ts';
import type { StoredJob } from '../../jobs/reads/read-job.ts';
import { instantText, instantTextOrNull, withInstantTexts } from '../../domain/instant-text.ts';
import { jobOfPath, type JobOfPathDeps } from '../access/job-of-path.ts';
import { viewJob, type TemporalUi } from '../../jobs/reads/job-view.ts';
import { notFound } from '../http/problem.ts';
import { type Route, route } from '../http/route.ts';

/** GET /v1/jobs/{id}/inspect: all that is on record of a job, and the next automatic action. */
export function inspectJobRoute(
  deps: JobOfPathDeps & {
    readonly supportWorkflows: SupportWorkflows;
    readonly temporalUi: TemporalUi;
    readonly rules: RequestRules;
  },
): Route {
  const { kinds } = deps.rules.catalogue;
  return route(CALLS.inspectJob, {
    async handle(exchange) {
      const { accountId, job } = await jobOfPath(deps, exchange);
      const [found, workflow] = await Promise.all([
        inspectJob(deps.database, accountId, job.id),
        deps.supportWorkflows.isRunning(workflowIdOf(job.id)),
      ]);
      if (found === null) throw notFound('job');
      const outputs = found.outputs.map((output) =>
        viewOutput(job, output, { kinds, now: new Date(found.now) }),
      );
      const shownJob = viewJob(job, accountId, deps.temporalUi);
      const shown: Inspection = {
        account_id: accountId,
        job: shownJob,
        model: found.model,
        provider: found.provider,
        retry_of: found.retry_of,
        // The job's workflow. Without Temporal the rest is still shown.
        workflow: { id: workflowIdOf(job.id), state: workflow === 'unavailable' ? 'unknown' : workflow },
        answers: answersOf(outputs, shownJob.returned_automatically_by),
        // Outputs that a batch has begun go on without it: the dry run knows more of those.
        possible_commands: [...possibleCommandsOf(outputs, workflow !== 'not_running' || outputs.length > 1)],
        attempts: outputs.reduce((sum, { attempts }) => sum + attempts.length, 0),
        provider_cost: billedCostOf(outputs),
        outputs,
        actions: found.actions.map(viewAction),
      };
      exchange.response.set('Cache-Control', 'no-store').json(shown);
    },
  });
}

function viewOutput(
  job: StoredJob,
  output: StoredInspectedOutput,
  { kinds, now }: { readonly kinds: readonly KindRules[]; readonly now: Date },
): InspectedOutput {
  const { reservation, repair } = output;
  return {
    id: output.id,
    state: output.state,
    workflow_id: workflowIdOfOutput(job.id, output.id, job.outputs.length),
    brief: output.work.brief ?? null,
    instruction: output.work.instruction ?? null,
    asked: fieldsForSupport(output.work, kinds),
    reservation: {
      ...reservation,
      return_by: instantText(reservation.return_by),
      settled_at: instantTextOrNull(reservation.settled_at),
    },
    attempts: output.attempts.map((attempt) => ({
      ...attempt,
      provider_page: providerPageOf(attempt.provider, attempt.provider_job_id),
      posted_at: instantText(attempt.posted_at),
      resolved_at: instantTextOrNull(attempt.resolved_at),
      stopping_since: instantTextOrNull(attempt.stopping_since),
    })),
    repair: repair && {
      ...repair,
      first_seen_at: instantText(repair.first_seen_at),
      last_seen_at: instantText(repair.last_seen_at),
    },
    next_automatic_action: nextActionOf({
      isOpen: reservation.state === 'open',
      returnBy: new Date(reservation.return_by),
      now,
      isUnknown: output.attempts.some(({ state }) => state === 'unknown' || state === 'posting'),
    }),
  };
}

function viewAction({ at, actor, action, reason, detail }: JobInspection['actions'][number]) {
  return { at: instantText(at), actor, action, reason, detail: withInstantTexts(detail) };
}
