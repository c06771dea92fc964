import type { ComponentChildren } from 'preact';
import type { Balance } from '../../client/http/wire-types.ts';
import { creditsText } from '../shared/parts/money.tsx';
import { Badge } from '../shared/parts/state-badge.tsx';
import type { LedgerCheck } from './sandbox-wire.ts';
import { counted } from '../../domain/texts/counted.ts';

/**
 * The account's sum of credits, which must hold through every fault, and the reconcile check's result for the ledger.
 */
export function Verdict(props: {
  readonly openedWith: number;
  readonly balance: Balance | null;
  readonly check: LedgerCheck;
}) {
  const { openedWith, balance, check } = props;
  const spent = balance === null ? null : spentOf(balance);
  const isRight =
    balance === null || spent === null || openedWith === balance.available + balance.reserved + spent;
  return (
    <section class={`verdict${isRight && check.findings === 0 ? '' : ' verdict-wrong'}`} aria-label="Verdict">
      <div class="verdict-line">
        <p class="sum">
          <Figure name="opened with" credits={openedWith} />
          <Sign>{isRight ? '=' : '≠'}</Sign>
          <Figure name="available" credits={balance?.available ?? null} />
          <Sign>+</Sign>
          <Figure name="reserved" credits={balance?.reserved ?? null} />
          <Sign>+</Sign>
          <Figure name="spent" credits={spent} />
        </p>
        <p class="verdict-words" role="status" aria-live="polite">
          <Badge tone={isRight ? 'good' : 'bad'}>
            {isRight ? 'Every credit is there' : 'It does not add up'}
          </Badge>
          <CheckBadge check={check} />
        </p>
      </div>
    </section>
  );
}

/** The spent credits. A used-up grant is not listed: without any grant, all credits are spent. */
function spentOf({ grants, spent_this_period }: Balance): number {
  return grants.length === 0 ? spent_this_period : grants.reduce((sum, { spent }) => sum + spent, 0);
}

function Figure({ name, credits }: { readonly name: string; readonly credits: number | null }) {
  return (
    <span class="sum-part">
      <span class="sum-figure" data-testid={`sum-${name.replace(' ', '-')}`}>
        {credits === null ? '–' : creditsText(credits)}
      </span>
      <span class="sum-name">{name}</span>
    </span>
  );
}

function Sign({ children }: { readonly children: ComponentChildren }) {
  return <span class="sum-sign">{children}</span>;
}

function CheckBadge({ check }: { readonly check: LedgerCheck }) {
  if (check.findings > 0)
    return <Badge tone="bad">{`Reconcile: ${counted(check.findings, 'finding')}`}</Badge>;
  if (check.is_late) return <Badge tone="warning">PostgreSQL does not respond</Badge>;
  if (check.checked_at === null) return <Badge tone="neutral">Reconcile is running</Badge>;
  return <Badge tone="good">Reconcile clean</Badge>;
}
