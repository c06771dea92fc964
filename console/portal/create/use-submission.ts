import { useMemo, useRef, useState } from 'preact/hooks';
import type { JobBody, Quote } from '../../../client/http/wire-types.ts';
import { HoldfastError } from '../../../client/http/holdfast-error.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { tellIfRefused } from '../../shared/data/problem-words.ts';
import { tabStorage } from '../../shared/data/tab-storage.ts';
import { goTo, hrefTo } from '../../shared/router.tsx';
import { useVisit } from '../portal-context.tsx';
import { Intents } from './intents.ts';

export type Submission = {
  readonly isBusy: boolean;
  readonly error: unknown;
  /** The job that the same content became before; null: none. */
  readonly earlierJobId: string | null;
  readonly submit: (quote: Quote) => void;
  /** Allows the same content to be submitted again, as another job. */
  readonly again: () => void;
};

/**
 * Submits a form's content once (intents.ts) and goes to the job.
 *
 * @param name the form's
 * @param onRefused reads again what the refusal may have made wrong: the quote may have ended, the price changed
 */
export function useSubmission(name: string, content: JobBody | null, onRefused: () => void): Submission {
  const { client } = usePageParts();
  const { session } = useVisit();
  const intents = useMemo(() => new Intents(tabStorage, session.account_id), [session.account_id]);
  const [held, setHeld] = useState<{ readonly isBusy: boolean; readonly error: unknown }>(IDLE);
  const [, setForgotten] = useState(0);
  // The second click of a double click can arrive before the first is rendered.
  const isUnderWay = useRef(false);

  const submit = async (quote: Quote) => {
    if (content === null || isUnderWay.current) return;
    isUnderWay.current = true;
    setHeld({ isBusy: true, error: null });
    const { body, key } = intents.begin(name, content, quote.id);
    try {
      const job = await client.jobs.create(body, { idempotencyKey: key });
      intents.settle(name, job.id);
      setHeld(IDLE);
      goTo(hrefTo(['jobs', job.id]));
    } catch (error) {
      tellIfRefused(error);
      // A refusal is final under its key, so the next try needs another. If the job may exist, the key is kept.
      if (isRefusal(error)) {
        intents.forget(name);
        onRefused();
      }
      setHeld({ isBusy: false, error });
    } finally {
      isUnderWay.current = false;
    }
  };
  return {
    ...held,
    earlierJobId: content === null || held.isBusy ? null : (intents.find(name, content)?.jobId ?? null),
    submit: (quote) => void submit(quote),
    again: () => {
      intents.forget(name);
      setForgotten((count) => count + 1);
    },
  };
}

const IDLE = { isBusy: false, error: null } as const;

/** A call whose token was refused says nothing of the submission: an earlier try under its key may have been admitted. */
const TOKEN_REFUSED: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden']);

function isRefusal(error: unknown): boolean {
  if (!(error instanceof HoldfastError) || TOKEN_REFUSED.has(error.code)) return false;
  return error.billed === 'no' && !error.retryable;
}
