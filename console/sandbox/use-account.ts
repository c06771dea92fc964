import type { Balance, Entry, Job } from '../../client/http/wire-types.ts';
import { mayMoveCredits } from '../shared/data/may-move-credits.ts';
import { usePageParts } from '../shared/data/page-context.ts';
import { useResource } from '../shared/data/use-resource.ts';

const SHOWN_ENTRIES = 60;
const SHOWN_JOBS = 20;
/** Interval between reads, for what was missed during a break of the live connection. */
const REFRESH_MS = 3_000;

export type AccountSeen = {
  readonly balance: Balance | null;
  /** Entries and jobs are newest first. */
  readonly entries: readonly Entry[] | null;
  readonly jobs: readonly Job[] | null;
};

/** The account's balance, entries and jobs from the public API, kept up to date. */
export function useAccount(): AccountSeen {
  const { client } = usePageParts();
  const moved = { on: mayMoveCredits, everyMs: REFRESH_MS };
  const balance = useResource('balance', (signal) => client.balance({ signal }), moved);
  const entries = useResource(
    'entries',
    (signal) => client.entries({ limit: SHOWN_ENTRIES }, { signal }).page(),
    moved,
  );
  const jobs = useResource('jobs', (signal) => client.jobs.list({ limit: SHOWN_JOBS }, { signal }).page(), {
    on: ({ job_id }) => job_id !== undefined,
    everyMs: REFRESH_MS,
  });
  return {
    balance: balance.data,
    entries: entries.data?.data ?? null,
    jobs: jobs.data?.data ?? null,
  };
}
