import type { AccountMode } from '../../domain/account-mode.ts';
import type { AccountView } from '../../contract/shapes/account-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi, withClient } from '../operator-api.ts';
import { isDryRun, type DryRunOptions } from '../dry-run.ts';
import { fields, second, show } from '../show/show.ts';
import { formatRecords } from '../show/terminal.ts';

export type OpenAccountOptions = {
  readonly name: string;
  readonly reference: string;
  readonly mode?: AccountMode;
  readonly json: boolean;
};

/** `holdfast account open`: once per reference. */
export async function openAccountCommand(
  context: CommandContext,
  options: OpenAccountOptions,
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { name, reference, mode } = options;
  const body = { name, reference, ...(mode === undefined ? {} : { mode }) };
  const account = await api.json<AccountView>('/v1/accounts', { body });
  const news = account.isReplay ? '\n(It was open already.)' : '\n(Opened, with its sign-up credits.)';
  show(account.body, options, () => linesOf(account.body) + news);
}

/** `holdfast account show`. */
export async function showAccountCommand(
  context: CommandContext,
  id: string,
  options: { readonly json: boolean },
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { body } = await api.json<AccountView>(`/v1/accounts/${id}`);
  show(body, options, () => linesOf(body));
}

/** `holdfast account freeze` and `unfreeze`. */
export async function freezeAccountCommand(
  context: CommandContext,
  verb: 'freeze' | 'unfreeze',
  id: string,
  options: DryRunOptions & { readonly reason: string },
): Promise<void> {
  if (await isDryRun(context, options, (holdfast) => holdfast.accounts.previewFreeze(id, verb))) return;
  const api = await connectOperatorApi(context);
  const { body } = await api.json<AccountView>(`/v1/accounts/${id}/${verb}`, {
    body: { reason: options.reason },
  });
  show(body, options, () => linesOf(body));
}

/** `holdfast account price-list`: `none` is the default list. */
export async function setPriceListCommand(
  context: CommandContext,
  id: string,
  list: string,
  options: DryRunOptions & { readonly reason: string },
): Promise<void> {
  const body = { price_list: list === 'none' ? null : list, reason: options.reason };
  if (await isDryRun(context, options, (holdfast) => holdfast.accounts.previewPriceList(id, body))) return;
  const set = await withClient(context, (holdfast) => holdfast.accounts.setPriceList(id, body));
  const { name, version } = set.applies;
  show(set, options, () => `${id} is priced by ${name}, version ${String(version)}.`);
}

/** `holdfast account actions`: by whom, when and why, newest first. */
export async function accountActionsCommand(
  context: CommandContext,
  id: string,
  options: { readonly limit: number; readonly json: boolean },
): Promise<void> {
  const data = await withClient(context, (holdfast) =>
    holdfast.accounts.actions(id).toArray({ atMost: options.limit }),
  );
  show({ data }, options, () =>
    data.length === 0
      ? 'Nothing was done to it.'
      : formatRecords(
          ['at', 'action', 'by, and below: why'],
          data.map(({ at, action, actor, reason }) => ({
            cells: [second(at), action, actor],
            below: [reason],
          })),
        ),
  );
}

/** `holdfast account refer`. */
export async function referCommand(
  context: CommandContext,
  id: string,
  inviter: string,
  options: { readonly json: boolean },
): Promise<void> {
  const referral = await withClient(context, (holdfast) => holdfast.accounts.refer(id, inviter));
  show(referral, options, () => `${referral.inviter_id} invited it: ${referral.state}.`);
}

function linesOf(account: AccountView): string {
  return fields([
    ['Account', account.id],
    ['Name', account.name],
    ['Reference', account.reference],
    ['Mode', account.mode],
    ['Spending', account.frozen ? 'refused: it is frozen' : 'as its balance allows'],
    ['Opened', account.created_at],
  ]);
}
