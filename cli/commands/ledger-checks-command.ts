import type { LedgerChecks } from '../../contract/shapes/ledger-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi } from '../operator-api.ts';
import { fields, second, show } from '../show/show.ts';

/** `holdfast ledger checks`: when the ledger was checked last, and what was found. Runs no check. */
export async function ledgerChecksCommand(
  context: CommandContext,
  options: { readonly json: boolean },
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { body } = await api.json<LedgerChecks>('/v1/ledger/checks');
  show(body, options, () => linesOf(body));
}

function linesOf({ reconcile, reconciler }: LedgerChecks): string {
  return fields([
    ['reconcile ran', reconcile === null ? null : second(reconcile.ran_at)],
    ['  findings', reconcile?.findings ?? null],
    ...(reconcile?.data ?? []).map(
      (found) => ['', [found.check, found.account_id, found.subject].filter(Boolean).join(' ')] as const,
    ),
    ['the reconciler ran', reconciler === null ? null : second(reconciler.ran_at)],
    ['  looked at', reconciler?.looked ?? null],
    ['  returned', reconciler?.released ?? null],
    ['  held back', reconciler?.held_back ?? null],
    ['  doubt', reconciler?.doubt ?? null],
  ]);
}
