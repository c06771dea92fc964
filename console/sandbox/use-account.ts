import type { AccountEvent, Balance, Entry, Job } from '../../client/http/wire-types.ts';
import { usePageParts } from '../shared/data/page-context.ts';
import { useResource } from '../shared/data/use-resource.ts';

const SHOWN_ENTRIES = 60;
const SHOWN_JOBS = 20;
/** What a break of the live connection hid is seen after this. */
const REFRESH_MS = 3_000;

export type AccountSeen = {
  readonly balance: Balance | null;
  /** Newest first, both. */
  readonly entries: readonly Entry[] | null;
  readonly jobs: readonly Job[] | null;
};

/** The account as the public API shows it, as things happen. */
export function useAccount(): AccountSeen {
  const { client } = usePageParts();
  const moved = { on: ({ type }: AccountEvent) => type !== 'job.progress', everyMs: REFRESH_MS };
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
