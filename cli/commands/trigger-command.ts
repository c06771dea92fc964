import { randomUUID } from 'node:crypto';
import type { HoldfastClient } from '../../client/http/http-client.ts';
import type { EventType } from '../../domain/event-types.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { readJobBody } from '../input/read-job-body.ts';
import { withClient } from '../operator-api.ts';
import { second, show } from '../show/show.ts';
import { printProgress } from '../show/terminal.ts';
import { isAccountTrigger, triggerInAccount } from '../triggers/account-triggers.ts';
import { triggerByJob } from '../triggers/job-triggers.ts';
import { isTriggered, NOT_TRIGGERED } from '../triggers/triggered-types.ts';

export type TriggerOptions = { readonly account?: string; readonly body?: string; readonly json: boolean };

/** `holdfast trigger`: causes an event in a test account, by the calls that cause it anywhere. */
export async function triggerCommand(
  context: CommandContext,
  type: EventType,
  options: TriggerOptions,
): Promise<void> {
  if (!isTriggered(type)) throw new CommandError(NOT_TRIGGERED[type], EXIT_CODE.usage);
  const body = options.body === undefined ? undefined : await readJobBody(options.body);
  const event = await withClient(context, async (holdfast) => {
    const account =
      options.account === undefined
        ? await openSandboxAccount(holdfast)
        : await accountOfTests(context, holdfast, options.account);
    const sandbox = { holdfast, account, body };
    return isAccountTrigger(type) ? triggerInAccount(sandbox, type) : triggerByJob(sandbox, type);
  });
  show(event, options, () => `${second(event.created_at)}  ${event.type}  ${event.id}`);
}

async function openSandboxAccount(holdfast: HoldfastClient): Promise<string> {
  const reference = `holdfast-trigger-${randomUUID()}`;
  const { id } = await holdfast.accounts.open({ name: 'holdfast trigger', reference, mode: 'test' });
  printProgress(`${id}: a sandbox account of its own (--account names another)`);
  return id;
}

/** A live account is never charged for this. */
async function accountOfTests(
  { program }: CommandContext,
  holdfast: HoldfastClient,
  account: string,
): Promise<string> {
  const { mode } = await holdfast.accounts.retrieve(account);
  if (mode === 'test') return account;
  throw new CommandError(
    `${account} is a live account: nothing was brought about. Leave --account out, or name one that was opened with: ${program} account open --mode test`,
    EXIT_CODE.usage,
  );
}
