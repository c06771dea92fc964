import { randomUUID } from 'node:crypto';
import type { HoldfastClient, Job, JobBody, JobEvent } from '../../client/http/http-client.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { BATCH_KIND } from '../../domain/work/work.ts';
import { withClient } from '../operator-api.ts';
import { readJobBody } from '../input/read-job-body.ts';
import { second, show } from '../show/show.ts';
import { printProgress } from '../show/terminal.ts';
import type { TriggeredType } from '../triggered-types.ts';

export type TriggerOptions = { readonly account?: string; readonly body?: string; readonly json: boolean };

type Sandbox = { readonly holdfast: HoldfastClient; readonly account: string };

/** What brings an event about: a job of the sandbox, what is done before it, and what is done to it as soon as it runs. */
type Scenario = {
  /** Of work that the sandbox makes. */
  readonly body: (work: JobBody) => JobBody;
  readonly before?: (sandbox: Sandbox) => Promise<unknown>;
  readonly during?: (sandbox: Sandbox, job: Job) => Promise<unknown>;
  readonly after?: (sandbox: Sandbox, job: Job) => Promise<unknown>;
};

const delivered = (work: JobBody): JobBody => work;
const failing = (work: JobBody): JobBody => ({ ...work, test_scenario: 'fails_after_start' });
const endless = (work: JobBody): JobBody => ({ ...work, test_scenario: 'never_finishes' });
const several = (...items: readonly JobBody[]): JobBody => ({ kind: BATCH_KIND, items });

const SCENARIOS: Readonly<Record<TriggeredType, Scenario>> = {
  'job.queued': { body: delivered },
  'job.running': { body: delivered },
  'job.progress': { body: (work) => several(work, work) },
  'job.succeeded': { body: delivered },
  'job.partially_succeeded': { body: (work) => several(work, failing(work)) },
  'job.failed': { body: failing },
  'credits.returned': { body: failing },
  'job.canceled': { body: endless, during: cancel },
  'job.stuck': { body: endless },
  'credits.refunded': { body: delivered, after: refund },
  'credits.low': { body: delivered, before: noticeBelowBalance },
};

/** `holdfast trigger`: has the sandbox bring an event about, by a real job of an account of tests. */
export async function triggerCommand(
  context: CommandContext,
  type: TriggeredType,
  options: TriggerOptions,
): Promise<void> {
  const event = await withClient(context, async (holdfast) => {
    const account = options.account ?? (await openSandboxAccount(holdfast));
    const work =
      options.body === undefined ? await shortestWork(holdfast, account) : await readJobBody(options.body);
    return bringAbout({ holdfast, account }, type, work);
  });
  show(event, options, () => `${second(event.created_at)}  ${event.type}  ${event.id}`);
}

/** A kind that is made from a headline alone. */
async function shortestWork(holdfast: HoldfastClient, account: string): Promise<JobBody> {
  const { kinds } = await holdfast.catalogue({ account });
  const kind = kinds.find(({ schema }) => {
    const required = schema['required'];
    return Array.isArray(required) && required.every((field) => field === 'kind' || field === 'brief');
  });
  if (kind !== undefined) return { kind: kind.name, brief: { headline: 'A triggered event' } };
  const message =
    'No kind of this catalogue is made from a headline alone: name a job body with --body <file>.';
  throw new CommandError(message, EXIT_CODE.usage);
}

async function openSandboxAccount(holdfast: HoldfastClient): Promise<string> {
  const reference = `holdfast-trigger-${randomUUID()}`;
  const { id } = await holdfast.accounts.open({ name: 'holdfast trigger', reference, mode: 'test' });
  printProgress(`${id}: a sandbox account of its own (--account names another)`);
  return id;
}

async function bringAbout(sandbox: Sandbox, type: TriggeredType, work: JobBody): Promise<JobEvent> {
  const { holdfast, account } = sandbox;
  const { body, before, during, after } = SCENARIOS[type];
  await before?.(sandbox);
  const job = await holdfast.jobs.create(body(work), { account });
  printProgress(`${job.id}: waiting for ${type} …`);
  await during?.(sandbox, job);
  if (after !== undefined) await after(sandbox, await holdfast.jobs.wait(job.id, { account }));
  for await (const event of holdfast.jobs.events(job.id, { account })) {
    if (event.type !== type) continue;
    if (type === 'job.stuck') await cancel(sandbox, job);
    return event;
  }
  throw new CommandError(`${job.id} ended without ${type}`, EXIT_CODE.failed);
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
  await holdfast.accounts.setLimits(account, { ...limits, low_balance_at: available });
}
