import { z } from 'zod';
import type { SupportWorkflows } from '../../client/support-workflow.ts';
import { isOutputId } from '../../domain/ids.ts';
import type { SupportAsk, SupportCommand } from '../../domain/support-command.ts';
import type { ApiKeyScope } from '../../jobs/keys/api-key-scopes.ts';
import { fingerprintRequest } from '../../contract/fingerprint-request.ts';
import { requestText } from '../../contract/request-text.ts';
import { actorOf } from '../access/actor.ts';
import { REPLAYED } from '../jobs/admit-submission.ts';
import type { SendJob } from '../jobs/send-job.ts';
import { requirePlatformKey } from '../access/authorize.ts';
import { creditsField, instantField, reasonField } from '../../contract/body-fields.ts';
import { createCommandJob, type CommandJob } from './send-support-command.ts';
import { jobOfPath, type JobOfPathDeps } from '../access/job-of-path.ts';
import { readBody } from '../http/read-body.ts';
import { readIdempotencyKey } from '../http/request-headers.ts';
import { requireJob } from '../access/require-job.ts';
import type { Route } from '../http/route.ts';

/** As long as a provider's id may be. */
const MAX_PROVIDER_JOB_ID = 255;
/** Longer than any reference of ours. */
const MAX_REFERENCE = 100;
const MAX_ATTEMPT = 1_000_000;

const attemptField = z.union([
  z.int().min(1).max(MAX_ATTEMPT),
  z
    .string()
    .regex(/^att_\w+$/, { error: 'An attempt: its number, or its reference att_….' })
    .max(MAX_REFERENCE),
]);
const outputField = z
  .string()
  .refine(isOutputId, { params: { code: 'not_an_output' }, error: 'An output id: out_….' });

const releaseBody = z.strictObject({ reason: reasonField });
const refundBody = z.strictObject({
  reason: reasonField,
  credits: creditsField.optional(),
  output_id: outputField.optional(),
});
const extendBody = z.strictObject({ reason: reasonField, until: instantField });
const restartBody = z.strictObject({ reason: reasonField, from_attempt: attemptField });
const resolveBody = z.strictObject({
  reason: reasonField,
  outcome: z.enum(['ran', 'did_not_run']),
  attempt: attemptField.optional(),
  provider_job_id: requestText({ max: MAX_PROVIDER_JOB_ID }).optional(),
});

type Deps = JobOfPathDeps & {
  readonly supportWorkflows: SupportWorkflows;
  readonly sendJob: SendJob;
};

/** POST /v1/jobs/{id}/release, refund, extend, restart and resolve: support's commands, each once per key. */
export function supportCommandRoutes(deps: Deps): readonly Route[] {
  const commandJob = createCommandJob(deps);
  const support: readonly ApiKeyScope[] = ['support'];
  return [
    commandRoute(deps, commandJob, 'release', support, releaseBody, () => ({ command: 'release' })),
    // Who may give credits may give charged ones back.
    commandRoute(deps, commandJob, 'refund', ['support', 'billing:write'], refundBody, (body) => ({
      command: 'refund',
      ...(body.credits === undefined ? {} : { credits: body.credits }),
      ...(body.output_id === undefined ? {} : { output_id: body.output_id }),
    })),
    commandRoute(deps, commandJob, 'extend', support, extendBody, (body) => ({
      command: 'extend',
      until: body.until.toISOString(),
    })),
    commandRoute(deps, commandJob, 'restart', support, restartBody, (body) => ({
      command: 'restart',
      from_attempt: body.from_attempt,
    })),
    commandRoute(deps, commandJob, 'resolve', support, resolveBody, (body) => ({
      command: 'resolve',
      outcome: body.outcome,
      ...(body.attempt === undefined ? {} : { attempt: body.attempt }),
      ...(body.provider_job_id === undefined ? {} : { provider_job_id: body.provider_job_id }),
    })),
  ];
}

function commandRoute<Body extends { readonly reason: string }>(
  deps: Deps,
  commandJob: CommandJob,
  command: SupportCommand,
  scopes: readonly ApiKeyScope[],
  schema: z.ZodType<Body>,
  askOf: (body: Body) => SupportAsk,
): Route {
  return {
    method: 'post',
    path: `/v1/jobs/:id/${command}`,
    access: 'key',
    scopes,
    mayBill: true,
    async prepare(exchange) {
      const { request, response, caller } = exchange;
      requirePlatformKey(caller);
      const key = readIdempotencyKey(request);
      const actor = actorOf(request, caller);
      const { body, sent } = await readBody(exchange, schema);
      const { accountId, job } = await jobOfPath(deps, exchange);
      return async () => {
        const { isReplay } = await commandJob({
          ...{ accountId, job, key, actor, reason: body.reason, ask: askOf(body) },
          fingerprint: fingerprintRequest({ ...sent, job_id: job.id }),
        });
        if (isReplay) response.set(REPLAYED);
        deps.sendJob({ ...exchange, accountId }, await requireJob(deps.database, accountId, job.id), 202);
      };
    },
  };
}
