import { useState } from 'preact/hooks';
import { useResource } from '../../shared/data/use-resource.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Shown } from '../../shared/parts/notice.tsx';
import { PageHead, Section } from '../../shared/parts/shell.tsx';
import { Badge } from '../../shared/parts/state-badge.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { AccountScope } from '../account-scope.tsx';
import { useRecent } from '../find/recent.ts';
import { IdText } from '../id-text.tsx';
import { EntriesSection } from '../job/entries-section.tsx';
import { Stale } from '../stale.tsx';
import { AccountActions } from './account-actions.tsx';
import { AccountJobs } from './account-jobs.tsx';
import { AccountKeys } from './account-keys.tsx';
import { AccountTrail } from './account-trail.tsx';
import { BalanceChart } from './balance-chart.tsx';
import { BalanceSection } from './balance-section.tsx';
import { SpendersSection } from './spenders-section.tsx';
import { TermsSection } from './terms-section.tsx';
import { WebhooksSection } from './webhooks-section.tsx';

const EVERY_MS = 10_000;

/** The page of an account: its credits, its terms, and support's actions on it. */
export function AccountPage({ accountId }: { readonly accountId: string }) {
  return (
    <AccountScope accountId={accountId}>
      <AccountRecord accountId={accountId} />
    </AccountScope>
  );
}

function AccountRecord({ accountId }: { readonly accountId: string }) {
  const { client } = usePageParts();
  const account = useResource(
    `account ${accountId}`,
    async (signal) => {
      const [about, balance, plan, limits] = await Promise.all([
        client.accounts.retrieve(accountId, { signal }),
        client.balance({ signal }),
        client.accounts.plan(accountId, { signal }),
        client.accounts.limits(accountId, { signal }),
      ]);
      return { about, balance, plan, limits };
    },
    { everyMs: EVERY_MS },
  );
  const { data } = account;
  const [acts, setActs] = useState(0);
  const onTold = () => {
    account.reload();
    setActs((before) => before + 1);
  };
  useRecent(data === null ? null : { type: 'account', id: accountId, label: 'Account' });
  return (
    <>
      <PageHead
        title={data?.about.name ?? 'Account'}
        before={
          <Link to={hrefTo(['find'])} class="back">
            ← Find
          </Link>
        }
        aside={
          data !== null && (
            <>
              {data.about.mode === 'test' && <Badge tone="neutral">Test</Badge>}
              {data.about.frozen ? <Badge tone="bad">Frozen</Badge> : <Badge tone="good">Active</Badge>}
            </>
          )
        }
      >
        <p class="row small">
          <IdText id={accountId} />
          {data !== null && (
            <span class="muted">
              Opened <Instant at={data.about.created_at} as="day" />, reference{' '}
              <bdi>{data.about.reference}</bdi>
            </span>
          )}
        </p>
      </PageHead>
      <Stale of={account} />
      <Shown of={account} label="The account" lines={8}>
        {(shown) => (
          <div class="stack-wide">
            <AccountActions of={shown} onTold={onTold} />
            <BalanceSection of={shown.balance} onTold={onTold} />
            <BalanceChart />
            <TermsSection plan={shown.plan} limits={shown.limits} />
            <SpendersSection of={shown.about} limits={shown.limits} onTold={onTold} />
            <AccountJobs />
            <WebhooksSection onTold={onTold} />
            <AccountKeys onTold={onTold} />
            <AccountTrail accountId={accountId} version={acts} />
            <Section title="Entries">
              <EntriesSection version={String(shown.balance.available)} />
            </Section>
          </div>
        )}
      </Shown>
    </>
  );
}
