import { useState } from 'preact/hooks';
import type { Entry, HistoryItem, Job } from '../../../client/http/wire-types.ts';
import { mayMoveCredits } from '../../shared/data/may-move-credits.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useList } from '../../shared/data/use-list.ts';
import { Button } from '../../shared/parts/button.tsx';
import { ChoiceBar } from '../../shared/parts/choice-bar.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Joined } from '../../shared/parts/joined.tsx';
import { LongList } from '../../shared/parts/long-list.tsx';
import { creditsText, Money } from '../../shared/parts/money.tsx';
import { Empty } from '../../shared/parts/notice.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { sentenceOf, StateBadge } from '../../shared/parts/state-badge.tsx';
import { ListFrame } from '../../shared/parts/table.tsx';
import { hrefTo, Link, useFilter } from '../../shared/router.tsx';
import { useCreditMoves } from '../balance.tsx';
import { StatementDialog } from './statement-dialog.tsx';

const CHOICES = [
  { value: null, text: 'Everything' },
  { value: 'jobs', text: 'Jobs' },
  { value: 'other', text: 'Credits in and out' },
];
const PAGE_ROWS = 25;
/** A batch has several movements for each of its outputs. */
const ENTRY_ROWS = 100;

/** Where credits went: a line for each job, and one for each movement without a job. */
export function HistorySection() {
  const { client } = usePageParts();
  const [only, setOnly] = useFilter('only');
  const version = useCreditMoves();
  const [isStatementOpen, setIsStatementOpen] = useState(false);
  const part = only === 'jobs' || only === 'other' ? only : undefined;
  const list = useList<HistoryItem>(
    `history ${part ?? ''}`,
    (cursor, signal) =>
      client
        .history({ limit: PAGE_ROWS, ...(part === undefined ? {} : { only: part }) }, { signal })
        .page(cursor),
    { nameOf, on: mayMoveCredits, version },
  );
  return (
    <Section
      title="History"
      aside={
        <>
          <ChoiceBar label="Show" choices={CHOICES} value={part ?? null} onChoose={setOnly} />
          <Button isSmall onClick={() => setIsStatementOpen(true)}>
            Statement
          </Button>
        </>
      }
    >
      <ListFrame
        of={list}
        label="Your history"
        empty={
          <Empty title="Nothing to show yet">
            Each job is listed here with what it cost, and what was added or returned.
          </Empty>
        }
      >
        {(rows, hasMore) => <LongList rows={rows} nameOf={nameOf} line={historyLine} hasMore={hasMore} />}
      </ListFrame>
      {isStatementOpen && <StatementDialog onClose={() => setIsStatementOpen(false)} />}
    </Section>
  );
}

const nameOf = (item: HistoryItem) => (item.type === 'job' ? item.job.id : item.entry.id);

const historyLine = (item: HistoryItem) =>
  item.type === 'job' ? <JobLine job={item.job} /> : <EntryLine entry={item.entry} />;

/** A job with its reserved, charged and returned credits; when opened, its entries. */
function JobLine({ job }: { readonly job: Job }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details class="line-details" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary class="line-summary">
        <span class="line-what">
          <bdi class="line-title">{job.title ?? sentenceOf(job.kind)}</bdi>
          <span class="muted small">
            <Joined of={[sentenceOf(job.kind), <Instant at={job.created_at} />]} />
          </span>
        </span>
        <span class="line-state">
          <StateBadge state={job.state} />
        </span>
        <span class="line-money">
          <JobMoney job={job} />
        </span>
      </summary>
      {isOpen && <JobEntries job={job} />}
    </details>
  );
}

function JobMoney({ job }: { readonly job: Job }) {
  const { quoted, reserved, committed, returned, refunded } = job.billing;
  const notes = [
    returned > 0 ? `${creditsText(quoted)} reserved, ${creditsText(returned)} returned` : '',
    refunded > 0 ? `${creditsText(refunded)} refunded` : '',
  ].filter(Boolean);
  return (
    <>
      <span class="line-amount">
        {reserved > 0 && committed === 0 ? (
          <span class="muted">
            <Money credits={reserved} /> reserved
          </span>
        ) : (
          <Money credits={refunded - committed} isSigned />
        )}
      </span>
      {notes.map((note) => (
        <span key={note} class="muted small">
          {note}
        </span>
      ))}
    </>
  );
}

function JobEntries({ job }: { readonly job: Job }) {
  const { client } = usePageParts();
  const { billing } = job;
  const entries = useList<Entry>(
    `entries ${job.id}`,
    (cursor, signal) => client.entries({ job_id: job.id, limit: ENTRY_ROWS }, { signal }).page(cursor),
    { nameOf: ({ id }) => id, version: String(billing.entry_ids.length) },
  );
  return (
    <div class="line-body">
      <ListFrame of={entries} label="Its movements" empty={null}>
        {(rows) => (
          <ul class="movements">
            {rows.map((entry) => (
              <li key={entry.id} class="movement">
                <span>{entryText(entry)}</span>
                <span class="muted small">
                  <Instant at={entry.created_at} as="clock" />
                </span>
                <Money credits={entry.credits} isSigned />
              </li>
            ))}
          </ul>
        )}
      </ListFrame>
      <Link to={hrefTo(['jobs', job.id])}>Open the job</Link>
    </div>
  );
}

const ENTRY_WORDS: Readonly<Record<Entry['kind'], string>> = {
  grant: 'Credits added',
  reserve: 'Reserved for the job',
  commit: 'Charged, from what was reserved',
  release: 'Returned',
  spend: 'Spent',
  refund: 'Refunded',
  expire: 'Expired',
  void: 'Taken back',
};

const entryText = (entry: Entry) => ENTRY_WORDS[entry.kind];

function EntryLine({ entry }: { readonly entry: Entry }) {
  return (
    <div class="line-summary line-still">
      <span class="line-what">
        <span class="line-title">{entryText(entry)}</span>
        <span class="muted small">
          <Joined
            of={[
              entry.reason !== null && <bdi>{sentenceOf(entry.reason)}</bdi>,
              <Instant at={entry.created_at} />,
            ]}
          />
        </span>
      </span>
      <span class="line-state" />
      <span class="line-money">
        <span class="line-amount">
          <Money credits={entry.credits} isSigned />
        </span>
        <span class="muted small">balance {creditsText(entry.balance_after)}</span>
      </span>
    </div>
  );
}
