import type { Entry } from '../../client/http/wire-types.ts';
import { exactText } from '../shared/parts/instant.tsx';
import { creditsText, Money } from '../shared/parts/money.tsx';
import { movementText } from '../shared/parts/movement-words.ts';
import { Loading } from '../shared/parts/notice.tsx';
import { Section } from '../shared/parts/shell.tsx';
import { sentenceOf } from '../shared/parts/state-badge.tsx';
import { timeText } from './time-text.ts';
import type { AccountSeen } from './use-account.ts';

/** The entries of the account's ledger as they are written, newest first, each with the balance after it. */
export function LedgerColumn({ account: { entries, jobs } }: { readonly account: AccountSeen }) {
  const titleOf = (entry: Entry) => {
    if (entry.job_id === null) return sentenceOf(entry.reason ?? 'by policy');
    return jobs?.find(({ id }) => id === entry.job_id)?.title ?? entry.job_id;
  };
  return (
    <Section title="Ledger" class="column">
      {entries === null ? (
        <Loading label="The ledger" lines={5} />
      ) : (
        <ol class="card card-flush entries" tabIndex={0} aria-label="Entries, newest first">
          {entries.map((entry) => (
            <li key={entry.id} class={`entry entry-${entry.kind}`}>
              <span class="entry-what">
                <span class="entry-kind">{movementText(entry)}</span>
                <bdi class="entry-title muted small">{titleOf(entry)}</bdi>
              </span>
              <span class="entry-money">
                <EntryAmount entry={entry} />
                <time class="muted small" dateTime={entry.created_at} title={exactText(entry.created_at)}>
                  {timeText(entry.created_at)}
                </time>
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

/** The change of the available credits. A charge changes none, since its reserve did: its amount is shown. */
function EntryAmount({ entry }: { readonly entry: Entry }) {
  if (entry.kind === 'commit') return <span class="money">{creditsText(entry.charged)}</span>;
  return <Money credits={entry.credits} isSigned />;
}
