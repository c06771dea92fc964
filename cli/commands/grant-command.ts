import type { Grant, VoidedGrant } from '../../contract/shapes/credit-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi } from '../operator-api.ts';
import { isDryRun, type DryRunOptions } from '../dry-run.ts';
import { fitLines } from '../show/fit-line.ts';
import { second, show, shown } from '../show/show.ts';
import { counted } from '../../domain/texts/counted.ts';

export type GrantOptions = {
  readonly source: 'trial' | 'top_up' | 'goodwill';
  readonly credits?: number;
  readonly pack?: string;
  readonly reference: string;
  readonly expiresAt?: string;
  readonly reason?: string;
} & DryRunOptions;

/** `holdfast grant`: the same reference and content give one grant. */
export async function grantCommand(
  context: CommandContext,
  account: string,
  options: GrantOptions,
): Promise<void> {
  const { source, credits, pack, reference, expiresAt, reason } = options;
  const asked = { source, credits, pack, reference, expires_at: expiresAt, reason };
  if (await isDryRun(context, options, (holdfast) => holdfast.grants.preview(account, asked))) return;
  const api = await connectOperatorApi(context);
  const { body, isReplay } = await api.json<Grant>(`/v1/accounts/${account}/grants`, { body: asked });
  show(body, options, () => {
    const end = body.expires_at === null ? 'without expiry' : `until ${second(body.expires_at)}`;
    const what = `${counted(body.amount, 'credit')} of ${body.source} for ${account}, ${end}: ${body.id}`;
    return fitLines(isReplay ? `Given before under this reference, and not again: ${what}` : what, 0);
  });
}

/** `holdfast grant void`: takes back what is left of a grant. */
export async function voidGrantCommand(
  context: CommandContext,
  grant: string,
  options: DryRunOptions & { readonly reason: string; readonly account?: string },
): Promise<void> {
  const { account } = options;
  if (await isDryRun(context, options, (holdfast) => holdfast.grants.previewVoid(grant, { account }))) return;
  const api = await connectOperatorApi(context);
  const { body } = await api.json<VoidedGrant>(`/v1/grants/${grant}/void`, {
    account,
    body: { reason: options.reason },
  });
  show(body, options, () =>
    fitLines(
      `Took back ${counted(body.voided, 'credit')} of ${grant}; ${shown(body.not_recovered)} had been spent or reserved.`,
      0,
    ),
  );
}
