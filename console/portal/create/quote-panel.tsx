import { HoldfastError } from '../../../client/http/holdfast-error.ts';
import type { Quote } from '../../../client/http/wire-types.ts';
import { Button } from '../../shared/parts/button.tsx';
import { Facts } from '../../shared/parts/facts.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { creditsText, Money } from '../../shared/parts/money.tsx';
import { ErrorNotice, Notice } from '../../shared/parts/notice.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { codeOf } from '../../shared/data/problem-words.ts';
import { Packs } from '../packs.tsx';
import { useVisit } from '../portal-context.tsx';
import type { LiveQuote } from './use-quote.ts';
import type { Submission } from './use-submission.ts';
import { counted } from '../../../domain/texts/counted.ts';

/** The price of the form's content, what prevents it, and the button that submits it. */
export function QuotePanel(props: {
  readonly live: LiveQuote;
  readonly submission: Submission;
  /** The sentence that names the fields still to fill in; null: none. */
  readonly missing: string | null;
  readonly action: string;
  /** Whether the form shows the fault of this JSON pointer at its field. */
  readonly isAtField: (pointer: string) => boolean;
}) {
  const { live, submission, missing, action } = props;
  const { session } = useVisit();
  const { quote } = live;
  const isFieldFault = codeOf(live.error) === 'invalid_request';
  const { earlierJobId } = submission;
  return (
    <div class="quote" aria-busy={!live.isCurrent}>
      {quote === null && live.error === null && (
        <p class="muted">{missing ?? 'The price is being computed …'}</p>
      )}
      {live.error !== null && !isFieldFault && (
        <ErrorNotice error={live.error} onRetry={live.reload} isRead />
      )}
      {isFieldFault && <FieldFaults error={live.error} isAtField={props.isAtField} />}
      {quote !== null && <Price quote={quote} />}
      {quote !== null && !quote.affordable && <NotEnough quote={quote} />}
      {submission.error !== null && (
        <ErrorNotice
          error={submission.error}
          {...(quote === null ? {} : { onRetry: () => submission.submit(quote) })}
        />
      )}
      {earlierJobId !== null ? (
        <Notice
          tone="good"
          title="You have created this"
          actions={
            <Button isSmall onClick={submission.again}>
              Create another
            </Button>
          }
        >
          <p>
            <Link to={hrefTo(['jobs', earlierJobId])}>Open the job</Link>
          </p>
        </Notice>
      ) : (
        session.can.includes('submit') && (
          <Button
            look="primary"
            class="button-wide"
            isBusy={submission.isBusy}
            isDisabled={quote === null || !live.isCurrent || !quote.affordable}
            onClick={() => {
              if (quote !== null) submission.submit(quote);
            }}
          >
            {quote === null ? action : `${action} for ${counted(quote.total, 'credit')}`}
          </Button>
        )
      )}
      {quote?.affordable === true && (
        <p class="muted small">
          Its credits return by themselves if it is not ready by{' '}
          <Instant at={quote.returned_automatically_by} as="clock" />. {quote.cancel_rule}
        </p>
      )}
    </div>
  );
}

/** Says that fields have faults, and names those that have no place in the form, such as a kind that is no longer offered. */
function FieldFaults(props: { readonly error: unknown; readonly isAtField: (pointer: string) => boolean }) {
  const faults = props.error instanceof HoldfastError ? props.error.errors : [];
  const others = faults.filter(({ pointer }) => !props.isAtField(pointer));
  return (
    <div class="stack" role="status">
      <p class="muted">Correct the marked fields to see the price.</p>
      {others.map(({ pointer, detail }) => (
        <p key={pointer} class="field-fault">
          {sentenceOf(pointer.split('/').at(-1) ?? '')}: <bdi>{detail}</bdi>
        </p>
      ))}
    </div>
  );
}

function Price({ quote }: { readonly quote: Quote }) {
  const isPlain = quote.lines.length === 1 && quote.lines[0]?.quantity === 1;
  return (
    <div class="price">
      {!isPlain && (
        <ul class="price-lines">
          {quote.lines.map((line) => (
            <li key={line.item} class="price-line">
              <span>
                {sentenceOf(line.kind)}{' '}
                <span class="muted">
                  {creditsText(line.quantity)} × {creditsText(line.unit_credits)}
                </span>
              </span>
              <Money credits={line.credits} />
            </li>
          ))}
        </ul>
      )}
      <p class="price-total">
        <span>Total</span>
        <span data-testid="quote-total">
          <Money credits={quote.total} isNamed />
        </span>
      </p>
      <Facts
        of={[
          { name: 'Available now', value: <Money credits={quote.available} /> },
          quote.affordable && { name: 'Available after', value: <Money credits={quote.balance_after} /> },
        ]}
      />
      {quote.model_health === 'degraded' && (
        <Notice tone="warning" title="It may take longer at the moment">
          <p>The model has had trouble lately. If it fails, your credits return.</p>
        </Notice>
      )}
    </div>
  );
}

/** Says how many credits are missing and lists the packs on offer. */
function NotEnough({ quote }: { readonly quote: Quote }) {
  const missing = 0 - quote.balance_after;
  return (
    <Notice tone="warning" title={`${counted(missing, 'credit is', 'credits are')} missing`}>
      <Packs missing={missing} />
    </Notice>
  );
}
