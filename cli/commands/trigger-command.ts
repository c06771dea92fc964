import { randomUUID } from 'node:crypto';
import type { HoldfastClient, Job, JobBody, JobEvent } from '../../client/http/http-client.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { withClient } from '../operator-api.ts';
import { second, show } from '../show.ts';
import { printProgress } from '../terminal.ts';
import type { TriggeredType } from '../triggered-types.ts';

export type TriggerOptions = { readonly account?: string; readonly json: boolean };

type Sandbox = { readonly holdfast: HoldfastClient; readonly account: string };

const AD = { kind: 'static_ad', brief: { headline: 'A triggered event' } } as const;
const FAILING: JobBody = { ...AD, test_scenario: 'fails_after_start' };
const ENDLESS: JobBody = { ...AD, test_scenario: 'never_finishes' };

/** What brings an event about: a job of the sandbox, what is done before it, and what is done to it as soon as it runs. */
type Scenario = {
  readonly body: JobBody;
  readonly before?: (sandbox: Sandbox) => Promise<unknown>;
  readonly during?: (sandbox: Sandbox, job: Job) => Promise<unknown>;
  readonly after?: (sandbox: Sandbox, job: Job) => Promise<unknown>;
};

const SCENARIOS: Readonly<Record<TriggeredType, Scenario>> = {
  'job.queued': { body: AD },
  'job.running': { body: AD },
  'job.progress': { body: { ...AD, variations: 2 } },
  'job.succeeded': { body: AD },
  'job.partially_succeeded': { body: { kind: 'batch', items: [AD, FAILING] } },
  'job.failed': { body: FAILING },
  'credits.returned': { body: FAILING },
  'job.canceled': { body: ENDLESS, during: cancel },
  'job.stuck': { body: ENDLESS },
  'credits.refunded': { body: AD, after: refund },
  'credits.low': { body: AD, before: noticeBelowBalance },
};

/** `holdfast trigger`: has the sandbox bring an event about, by a real job of an account of tests. */
export async function triggerCommand(
  context: CommandContext,
  type: TriggeredType,
  options: TriggerOptions,
): Promise<void> {
  const event = await withClient(context, async (holdfast) => {
    const account = options.account ?? (await openSandboxAccount(holdfast));
    return bringAbout({ holdfast, account }, type);
  });
  show(event, options, () => `${second(event.created_at)}  ${event.type}  ${event.id}`);
}

async function openSandboxAccount(holdfast: HoldfastClient): Promise<string> {
  const reference = `holdfast-trigger-${randomUUID()}`;
  const { id } = await holdfast.accounts.open({ name: 'holdfast trigger', reference, mode: 'test' });
  printProgress(`${id}: a sandbox account of its own (--account names another)`);
  return id;
}

async function bringAbout(sandbox: Sandbox, type: TriggeredType): Promise<JobEvent> {
  const { holdfast, account } = sandbox;
  const { body, before, during, after } = SCENARIOS[type];
  await before?.(sandbox);
  const job = await holdfast.jobs.create(body, { account });
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
