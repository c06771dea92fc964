import type { LedgerChecks } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { Facts } from '../../shared/parts/facts.tsx';
import { GivenText } from '../../shared/parts/given-text.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Shown } from '../../shared/parts/notice.tsx';
import { Badge, sentenceOf } from '../../shared/parts/state-badge.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { counted } from '../../../domain/texts/counted.ts';

const EVERY_MS = 30_000;

/** Whether every credit adds up, as of the last run of each check. It runs none. */
export function ChecksSection() {
  const { client } = usePageParts();
  const checks = useResource('ledger checks', (signal) => client.ledgerChecks({ signal }), {
    everyMs: EVERY_MS,
  });
  return (
    <Shown of={checks} label="The checks" lines={3}>
      {({ reconcile, reconciler }) => (
        <div class="columns checks">
          <section class="card check" aria-label="Ledger check">
            <div class="check-head">
              <h2>Ledger check</h2>
              {reconcileBadge(reconcile)}
            </div>
            {reconcile === null ? (
              <p class="muted small">
                It has not run yet. <code>holdfast reconcile</code> runs it: have cron do so once a day.
              </p>
            ) : (
              <Reconcile of={reconcile} />
            )}
          </section>
          <section class="card check" aria-label="Automatic returns">
            <div class="check-head">
              <h2>Automatic returns</h2>
              {reconcilerBadge(reconciler)}
            </div>
            {reconciler === null ? (
              <p class="muted small">The reconciler has not run yet. A worker runs it once a minute.</p>
            ) : (
              <Reconciler of={reconciler} />
            )}
          </section>
        </div>
      )}
    </Shown>
  );
}

type Reconcile = LedgerChecks['reconcile'];
type Reconciler = LedgerChecks['reconciler'];

function reconcileBadge(run: Reconcile) {
  if (run === null) return <Badge tone="neutral">Not run</Badge>;
  return run.findings === 0 ? (
    <Badge tone="good">Every credit adds up</Badge>
  ) : (
    <Badge tone="bad">{counted(run.findings, 'finding')}</Badge>
  );
}

function Reconcile({ of }: { readonly of: NonNullable<Reconcile> }) {
  const rest = of.findings - of.data.length;
  return (
    <>
      <p class="muted small">
        Ran <Instant at={of.ran_at} />
        {of.findings === 0 && ': every query that must return no rows returned none'}.
      </p>
      {of.data.length > 0 && (
        <ul class="check-findings small">
          {of.data.map((found) => (
            <li key={`${found.check} ${found.account_id ?? ''} ${found.subject ?? ''}`}>
              <strong>{sentenceOf(found.check)}</strong>
              {found.account_id !== null && (
                <Link to={hrefTo(['accounts', found.account_id])} class="mono">
                  {found.account_id}
                </Link>
              )}
              {found.subject !== null && (
                <span class="mono muted">
                  <GivenText text={found.subject} />
                </span>
              )}
            </li>
          ))}
          {rest > 0 && <li class="muted">and {rest} more, which holdfast reconcile lists.</li>}
        </ul>
      )}
    </>
  );
}

function reconcilerBadge(run: Reconciler) {
  if (run === null) return <Badge tone="neutral">Not run</Badge>;
  if (run.doubt !== null) return <Badge tone="bad">{sentenceOf(run.doubt)}</Badge>;
  return run.held_back > 0 ? (
    <Badge tone="bad">{`Holds ${String(run.held_back)} back`}</Badge>
  ) : (
    <Badge tone="good">Nothing is held back</Badge>
  );
}

function Reconciler({ of }: { readonly of: NonNullable<Reconciler> }) {
  return (
    <>
      <p class="muted small">
        The reconciler ran <Instant at={of.ran_at} />.
      </p>
      <Facts
        of={[
          { name: 'Open reservations looked at', value: of.looked },
          { name: 'Returned', value: of.released },
          {
            name: 'Held back',
            value: of.held_back === 0 ? 0 : <Link to={hrefTo(['now'])}>{of.held_back}, see the repairs</Link>,
          },
        ]}
      />
    </>
  );
}
