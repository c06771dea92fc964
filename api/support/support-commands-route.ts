import type { SupportWorkflows } from '../../client/support-workflow.ts';
import { CALLS } from '../../contract/calls.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import type { SupportCommand, SupportCommandName } from '../../contract/support-command.ts';
import { actorOf } from '../access/actor.ts';
import { jobOfPath, type JobOfPathDeps } from '../access/job-of-path.ts';
import { requireJob } from '../access/require-job.ts';
import { readBody } from '../http/request/read-body.ts';
import { readIdempotencyKey } from '../http/request/request-headers.ts';
import { route, type Route } from '../http/route.ts';
import { REPLAYED } from '../jobs/admit-submission.ts';
import type { SendJob } from '../jobs/send-job.ts';
import { createSendSupportCommand, type SendSupportCommand } from './send-support-command.ts';

type Deps = JobOfPathDeps & {
  readonly rules: RequestRules;
  readonly supportWorkflows: SupportWorkflows;
  readonly sendJob: SendJob;
};

/** POST /v1/jobs/{id}/release, refund, extend, restart and resolve: support's commands, each once per key. */
export function supportCommandRoutes(deps: Deps): readonly Route[] {
  const send = createSendSupportCommand({ ...deps, grants: deps.rules.catalogue.grants });
  return [
    commandRoute(deps, send, 'release'),
    commandRoute(deps, send, 'refund'),
    commandRoute(deps, send, 'extend'),
    commandRoute(deps, send, 'restart'),
    commandRoute(deps, send, 'resolve'),
  ];
}

function commandRoute(deps: Deps, send: SendSupportCommand, name: SupportCommandName): Route {
  const call = CALLS[`${name}Job`];
  return route(call, {
    async prepare(exchange) {
      const { request, response, caller } = exchange;
      const key = readIdempotencyKey(request);
      const actor = actorOf(request, caller);
      const { body } = await readBody(exchange, call.body);
      const { accountId, job } = await jobOfPath(deps, exchange);
      return async () => {
        const command: SupportCommand = { ...body, job_id: job.id, key, actor };
        const { isReplay } = await send(accountId, job, command);
        if (isReplay) response.set(REPLAYED);
        deps.sendJob({ ...exchange, accountId }, await requireJob(deps.database, accountId, job.id), 202);
      };
    },
  });
}
