import { useState } from 'preact/hooks';
import type { DecisionBody, ReviewForSupport } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Button } from '../../shared/parts/button.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { NO_REASON_YET } from '../act/no-reason-yet.ts';
import { ActDialog } from '../act/act-dialog.tsx';
import { TrailItem } from '../trail-item.tsx';
import { useKeys } from '../use-keys.ts';

type Decision = DecisionBody['decision'];

const DECISIONS: readonly { readonly name: Decision; readonly key: string; readonly text: string }[] = [
  { name: 'refund', key: 'r', text: 'Refund' },
  { name: 'free_retry', key: 't', text: 'Try again for free' },
  { name: 'deny', key: 'd', text: 'Deny' },
];

/** The decisions on offer while a report is open, by button or key, and those that were made. */
export function ReviewDecisions(props: { readonly of: ReviewForSupport; readonly onTold: () => void }) {
  const { of, onTold } = props;
  const { client } = usePageParts();
  const [opened, setOpened] = useState<Decision | null>(null);
  const isOpen = of.state === 'open';
  useKeys(
    isOpen && opened === null
      ? Object.fromEntries(DECISIONS.map(({ name, key }) => [key, () => setOpened(name)]))
      : {},
  );
  return (
    <>
      {isOpen && (
        <div class="actions" role="group" aria-label="Decide">
          {DECISIONS.map(({ name, text }) => (
            <Button key={name} onClick={() => setOpened(name)}>
              {text}
            </Button>
          ))}
        </div>
      )}
      {of.decisions.length > 0 && (
        <ol class="trail">
          {of.decisions.map(({ decision, actor, decided_at: at, reason, retry_job_id: retry }) => (
            <TrailItem key={at} action={decision} actor={actor} at={at} reason={reason}>
              {retry !== null && (
                <Link to={hrefTo(['jobs', retry])} class="mono small">
                  {retry}
                </Link>
              )}
            </TrailItem>
          ))}
        </ol>
      )}
      {opened !== null && (
        <ActDialog
          of={{
            title: `${textOf(opened)}: ${sentenceOf(of.category).toLowerCase()}`,
            verb: textOf(opened),
            isReasonShown: true,
            asked: opened,
            preview: (signal) =>
              client.reviews.preview(of.id, { decision: opened, reason: NO_REASON_YET }, { signal }),
            act: (reason, { key: idempotencyKey, asOf }) =>
              client.reviews.decide(of.id, { decision: opened, reason }, { idempotencyKey, asOf }),
            resultOf: ({ billing, retry_job_id: retry }) => (
              <p>
                Charged {billing.committed}, refunded {billing.refunded}.
                {retry !== null && ` It is made again as ${retry}.`} The customer reads your reason.
              </p>
            ),
          }}
          onClose={() => setOpened(null)}
          onTold={onTold}
        />
      )}
    </>
  );
}

const textOf = (decision: Decision) => DECISIONS.find(({ name }) => name === decision)?.text ?? decision;
