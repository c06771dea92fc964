import { useMemo, useRef, useState } from 'preact/hooks';
import type { JobBody, Quote } from '../../../client/http/wire-types.ts';
import { HoldfastError } from '../../../client/http/holdfast-error.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { goTo, hrefTo } from '../../shared/router.tsx';
import { useVisit } from '../portal-context.tsx';
import { Intents } from './intents.ts';

export type Submission = {
  readonly isBusy: boolean;
  readonly error: unknown;
  /** The job that this very content has become already; null: none. */
  readonly earlierJobId: string | null;
  readonly submit: (quote: Quote) => void;
  /** The same once more, as a job of its own. */
  readonly again: () => void;
};

/** Submits what a form has, once (intents.ts), and goes to the job. `name` is the form's. */
export function useSubmission(name: string, content: JobBody | null): Submission {
  const { client } = usePageParts();
  const { session } = useVisit();
  const intents = useMemo(() => new Intents(sessionStorage, session.account_id), [session.account_id]);
  const [held, setHeld] = useState<{ readonly isBusy: boolean; readonly error: unknown }>(IDLE);
  const [, setForgotten] = useState(0);
  // A second click of a double click comes before the first one is drawn.
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
      // What was refused stays refused under its key; of what may have happened, the key tells.
      if (isRefusal(error)) intents.forget(name);
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

function isRefusal(error: unknown): boolean {
  return error instanceof HoldfastError && error.billed === 'no' && !error.retryable;
}
