import type { Catalogue, Job, JobBody, JobEvent } from '../../client/http/http-client.ts';
import { BATCH_KIND } from '../../domain/work/work.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { printProgress } from '../show/terminal.ts';
import type { Sandbox } from './sandbox.ts';
import type { TriggeredType } from './triggered-types.ts';
import type { AccountTriggerType } from './account-triggers.ts';

/** What brings an event about: a job of the sandbox, what is done before it, and what is done to it. */
type JobTrigger = {
  readonly body: (work: JobBody, catalogue: Catalogue) => JobBody;
  readonly before?: (sandbox: Sandbox) => Promise<unknown>;
  /** As soon as it runs. */
  readonly during?: (sandbox: Sandbox, job: Job) => Promise<unknown>;
  readonly after?: (sandbox: Sandbox, job: Job) => Promise<unknown>;
};

const delivered = (work: JobBody): JobBody => work;
const failing = (work: JobBody): JobBody => ({ ...work, test_scenario: 'fails_after_start' });
const endless = (work: JobBody): JobBody => ({ ...work, test_scenario: 'never_finishes' });
const several = (...items: readonly JobBody[]): JobBody => ({ kind: BATCH_KIND, items });

const TRIGGERS: Readonly<Record<Exclude<TriggeredType, AccountTriggerType>, JobTrigger>> = {
  'job.queued': { body: delivered },
  'job.running': { body: delivered },
  'job.progress': { body: (work) => several(work, work) },
  'job.succeeded': { body: delivered },
  'job.partially_succeeded': { body: (work) => several(work, failing(work)) },
  'job.failed': { body: failing },
  'credits.returned': { body: failing },
  'job.canceled': { body: endless, during: cancel },
  'job.stuck': { body: endlessForShort },
  'credits.refunded': { body: delivered, after: refund },
  'credits.low': { body: delivered, before: noticeBelowBalance },
};

type JobTriggerType = keyof typeof TRIGGERS;

/** Brings an event about by a job, and returns it. Throws a CommandError where the job ends without it. */
export async function triggerByJob(sandbox: Sandbox, type: JobTriggerType): Promise<JobEvent> {
  const { holdfast, account } = sandbox;
  const { body, before, during, after } = TRIGGERS[type];
  const catalogue = await holdfast.catalogue({ account });
  const work = sandbox.body ?? shortestWork(catalogue);
  await before?.(sandbox);
  const job = await holdfast.jobs.create(body(work, catalogue), { account });
  printProgress(`${job.id}: waiting for ${type} …`);
  await during?.(sandbox, job);
  if (after !== undefined) await after(sandbox, await holdfast.jobs.wait(job.id, { account }));
  for await (const event of holdfast.jobs.events(job.id, { account })) {
    if (event.type === type) return event;
  }
  throw new CommandError(`${job.id} ended without ${type}`, EXIT_CODE.failed);
}

/** A kind that is made from a headline alone. */
function shortestWork({ kinds }: Catalogue): JobBody {
  const kind = kinds.find(({ schema }) => {
    const required = schema['required'];
    return Array.isArray(required) && required.every((field) => field === 'kind' || field === 'brief');
  });
  if (kind !== undefined) return { kind: kind.name, brief: { headline: 'A triggered event' } };
  const message =
    'No kind of this catalogue is made from a headline alone: name a job body with --body <file>.';
  throw new CommandError(message, EXIT_CODE.usage);
}

/** Stuck within seconds, and ended by its deadline soon after: the earlier instants of a job move forward with its deadline. */
function endlessForShort(work: JobBody, { models }: Catalogue): JobBody {
  const sandboxModel = models.find(
    ({ is_sandbox, kinds }) => is_sandbox && kinds.some(({ kind }) => kind === work.kind),
  );
  const shortest = sandboxModel === undefined ? {} : { deadline_seconds: sandboxModel.min_deadline_seconds };
  return { ...shortest, ...endless(work) };
}

function cancel({ holdfast, account }: Sandbox, { id }: Job): Promise<unknown> {
  return holdfast.jobs.cancel(id, { account });
}

function refund({ holdfast, account }: Sandbox, { id }: Job): Promise<unknown> {
  return holdfast.jobs.command(id, { command: 'refund', reason: 'holdfast trigger' }, { account });
}

/** The next job brings the balance below the level that is told of. */
async function noticeBelowBalance({ holdfast, account }: Sandbox): Promise<void> {
  const { available } = await holdfast.balance({ account });
  const limits = await holdfast.accounts.limits(account);
  const body = { ...limits, low_balance_at: available, reason: 'holdfast trigger' };
  await holdfast.accounts.setLimits(account, body);
}
