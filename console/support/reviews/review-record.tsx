import type { Review, ReviewForSupport } from '../../../client/http/wire-types.ts';
import { ContentProvider } from '../../shared/data/content-cache.tsx';
import { useList } from '../../shared/data/use-list.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Facts } from '../../shared/parts/facts.tsx';
import { GivenText } from '../../shared/parts/given-text.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Money } from '../../shared/parts/money.tsx';
import { Shown } from '../../shared/parts/notice.tsx';
import { OutputView } from '../../shared/parts/output-view.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { sentenceOf, StateBadge } from '../../shared/parts/state-badge.tsx';
import type { Column } from '../../shared/parts/table.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { AccountScope } from '../account-scope.tsx';
import { AskedFields } from '../job/asked-fields.tsx';
import { ReferencePictures } from '../job/reference-pictures.tsx';
import { ListTable } from '../list-table.tsx';
import { ReviewDecisions } from './review-decisions.tsx';

/** Another person may decide a report while it is viewed. */
const EVERY_MS = 10_000;

/** A report: request and result side by side, its cost, and the decisions. */
export function ReviewRecord(props: { readonly reviewId: string; readonly onTold: () => void }) {
  const { client } = usePageParts();
  const { reviewId } = props;
  const review = useResource(
    `review ${reviewId}`,
    (signal) => client.reviews.retrieve(reviewId, { signal }) as Promise<ReviewForSupport>,
    { everyMs: EVERY_MS },
  );
  return (
    <div class="stack-wide review">
      <Shown of={review} label="The report" lines={8}>
        {(shown) => (
          <AccountScope accountId={shown.account_id}>
            <ContentProvider>
              <Report
                of={shown}
                onTold={() => {
                  review.reload();
                  props.onTold();
                }}
              />
            </ContentProvider>
          </AccountScope>
        )}
      </Shown>
    </div>
  );
}

function Report({ of, onTold }: { readonly of: ReviewForSupport; readonly onTold: () => void }) {
  const { reference_asset_urls: urls, ...brief } = of.brief ?? {};
  const hasReferences = Array.isArray(urls) && urls.length > 0;
  return (
    <>
      <Section
        title={`${sentenceOf(of.category)}: what the customer says`}
        aside={<StateBadge state={of.state} />}
      >
        {of.note === null ? (
          <p class="muted">Nothing beside the category.</p>
        ) : (
          <p>
            <GivenText text={of.note} />
          </p>
        )}
        <ReviewDecisions of={of} onTold={onTold} />
      </Section>
      <div class={hasReferences ? 'columns columns-three' : 'columns'}>
        <Section title="What was asked">
          <div class="card">
            <AskedFields kind={of.kind} of={{ ...brief, instruction: of.instruction, ...of.asked }} />
          </div>
        </Section>
        {hasReferences && (
          <Section title="References">
            <ReferencePictures outputId={of.output_id} />
          </Section>
        )}
        <Section title="What was made">
          <div class="card stack">
            <OutputView output={{ ...of.output, state: 'succeeded' }} label="The reported output" />
            <Facts
              of={[
                {
                  name: 'Job',
                  value: (
                    <Link to={hrefTo(['jobs', of.job_id])} class="mono small">
                      {of.job_id}
                    </Link>
                  ),
                },
                { name: 'Made by', value: of.model },
                { name: 'Charged', value: <Money credits={of.billing.committed} /> },
                { name: 'Refunded', value: <Money credits={of.billing.refunded} /> },
                of.retry_state !== null && { name: 'Free retry', value: sentenceOf(of.retry_state) },
              ]}
            />
          </div>
        </Section>
      </div>
      <Section
        title="Reports of this account"
        aside={<Link to={hrefTo(['accounts', of.account_id])}>Open the account</Link>}
      >
        <ReportHistory version={`${of.state} ${String(of.decisions.length)}`} />
      </Section>
    </>
  );
}

const COLUMNS: readonly Column<Review>[] = [
  { name: 'When', cell: (review) => <Instant at={review.created_at} as="day" /> },
  {
    name: 'Report',
    cell: ({ id, category }) => (
      <Link to={hrefTo(['reviews', id])} class="nowrap">
        {sentenceOf(category)}
      </Link>
    ),
  },
  { name: 'Of', cell: ({ kind }) => <span class="nowrap">{sentenceOf(kind)}</span> },
  { name: 'Decision', cell: ({ decision }) => (decision === null ? 'Open' : sentenceOf(decision)) },
  { name: 'Refunded', isNumber: true, cell: ({ billing }) => <Money credits={billing.refunded} /> },
];

/** The account's reports with their decisions. A change of `version` reads them again. */
function ReportHistory({ version }: { readonly version: string }) {
  const { client } = usePageParts();
  const reports = useList(
    'reports of the account',
    (cursor, signal) => client.reviews.list({ limit: 10 }, { signal }).page(cursor),
    { nameOf: ({ id }) => id, version },
  );
  return (
    <ListTable
      of={reports}
      label="Reports of this account"
      tableLabel="Reports, newest first"
      empty="None"
      columns={COLUMNS}
    />
  );
}
