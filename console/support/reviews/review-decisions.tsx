import { useEffect, useState } from 'preact/hooks';
import type { DecisionBody, ReviewForSupport } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Button } from '../../shared/parts/button.tsx';
import { GivenText } from '../../shared/parts/given-text.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { ActDialog } from '../act/act-dialog.tsx';

type Decision = DecisionBody['decision'];

const DECISIONS: readonly { readonly name: Decision; readonly key: string; readonly text: string }[] = [
  { name: 'refund', key: 'r', text: 'Refund' },
  { name: 'free_retry', key: 't', text: 'Try again for free' },
  { name: 'deny', key: 'd', text: 'Deny' },
];

/** What can be decided while a report is open, by button or key; and what has been. */
export function ReviewDecisions(props: { readonly of: ReviewForSupport; readonly onTold: () => void }) {
  const { of, onTold } = props;
  const { client } = usePageParts();
  const [opened, setOpened] = useState<Decision | null>(null);
  const isOpen = of.state === 'open';
  useDecisionKeys(isOpen && opened === null, setOpened);
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
          {of.decisions.map((one) => (
            <li key={one.decided_at} class="trail-item">
              <p>
                <strong>{sentenceOf(one.decision)}</strong> by <bdi>{one.actor}</bdi>{' '}
                <span class="muted">
                  <Instant at={one.decided_at} />
                </span>
              </p>
              <p>
                <GivenText text={one.reason} />
              </p>
              {one.retry_job_id !== null && (
                <Link to={hrefTo(['jobs', one.retry_job_id])} class="mono small">
                  {one.retry_job_id}
                </Link>
              )}
            </li>
          ))}
        </ol>
      )}
      {opened !== null && (
        <ActDialog
          of={{
            title: `${textOf(opened)}: ${sentenceOf(of.category).toLowerCase()}`,
            verb: textOf(opened),
            asked: opened,
            preview: (signal) =>
              client.reviews.preview(of.id, { decision: opened, reason: 'Dry run' }, { signal }),
            act: (reason, idempotencyKey) =>
              client.reviews.decide(of.id, { decision: opened, reason }, { idempotencyKey }),
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

function useDecisionKeys(isOn: boolean, open: (decision: Decision) => void): void {
  useEffect(() => {
    if (!isOn) return;
    const onKey = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null;
      const found = DECISIONS.find(({ key }) => key === event.key);
      if (found === undefined || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      open(found.name);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [isOn]);
}
