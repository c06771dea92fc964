import type { SupportWorkflows } from '../../client/support-workflow.ts';
import { CALLS } from '../../contract/calls.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import type { SupportCommand, SupportCommandName } from '../../contract/support-command.ts';
import type { SupportDeps } from '../../jobs/support/apply-support-command.ts';
import { actorOf } from '../access/actor.ts';
import { jobOfPath, type JobOfPathDeps } from '../access/job-of-path.ts';
import { requireJob } from '../access/require-job.ts';
import { readBody } from '../http/request/read-body.ts';
import { readIdempotencyKey } from '../http/request/request-headers.ts';
import { route, type Route } from '../http/route.ts';
import { sendPreview } from '../http/send-preview.ts';
import { REPLAYED } from '../http/replayed.ts';
import type { SendJob } from '../jobs/send-job.ts';
import { previewSupportCommand } from './preview-support-command.ts';
import { createSendSupportCommand, type SendSupportCommand } from './send-support-command.ts';

type Deps = JobOfPathDeps & {
  readonly rules: RequestRules;
  readonly supportWorkflows: SupportWorkflows;
  readonly sendJob: SendJob;
};
type CommandDeps = Deps & SupportDeps;

/**
 * POST /v1/jobs/{id}/release, refund, extend, restart and resolve: support commands, each once per key, or as a dry
 * run.
 */
export function supportCommandRoutes(deps: Deps): readonly Route[] {
  const supportDeps = { ...deps, grants: deps.rules.catalogue.grants };
  const send = createSendSupportCommand(supportDeps);
  return [
    commandRoute(supportDeps, send, 'release'),
    commandRoute(supportDeps, send, 'refund'),
    commandRoute(supportDeps, send, 'extend'),
    commandRoute(supportDeps, send, 'restart'),
    commandRoute(supportDeps, send, 'resolve'),
  ];
}

function commandRoute(deps: CommandDeps, send: SendSupportCommand, name: SupportCommandName): Route {
  const call = CALLS[`${name}Job`];
  return route(call, {
    async prepare(exchange) {
      const { request, response, caller } = exchange;
      const key = readIdempotencyKey(request);
      const actor = actorOf(request, caller);
      const { body } = await readBody(exchange, call.body);
      const { dry_run: isDryRun = false, as_of: asOf, ...asked } = body;
      const { accountId, job } = await jobOfPath(deps, exchange);
      const command: SupportCommand = { ...asked, job_id: job.id, key, actor };
      return async () => {
        if (isDryRun) {
          sendPreview(response, await previewSupportCommand(deps, accountId, job, command));
          return;
        }
        const { isReplay } = await send(accountId, job, command, asOf);
        if (isReplay) response.set(REPLAYED);
        deps.sendJob({ ...exchange, accountId }, await requireJob(deps.database, accountId, job.id), 202);
      };
    },
  });
}
