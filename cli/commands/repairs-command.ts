import type { Repair } from '../../contract/shapes/support-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi, type OperatorApi } from '../operator-api.ts';
import { second, secondOrDash, show, shown } from '../show/show.ts';
import { formatRecords } from '../show/terminal.ts';

type Page = { readonly data: readonly Repair[]; readonly next_cursor: string | null };

export type RepairsOptions = {
  readonly account?: string;
  readonly resolved: boolean;
  readonly json: boolean;
};

/** The most entries shown: the oldest ones to begin with. */
const MAX_SHOWN = 1_000;
const PAGE = 100;

/** `holdfast repairs`: the repair queue, oldest first. */
export async function repairsCommand(context: CommandContext, options: RepairsOptions): Promise<void> {
  const api = await connectOperatorApi(context);
  const repairs = await readRepairs(api, options);
  show({ data: repairs }, options, () => linesOf(repairs, options.resolved));
}

async function readRepairs(api: OperatorApi, options: RepairsOptions): Promise<readonly Repair[]> {
  const repairs: Repair[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await readPage(api, options, cursor);
    repairs.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null && repairs.length < MAX_SHOWN);
  return repairs;
}

async function readPage(api: OperatorApi, options: RepairsOptions, cursor: string | null): Promise<Page> {
  const query = new URLSearchParams({
    limit: String(PAGE),
    state: options.resolved ? 'resolved' : 'open',
    ...(cursor === null ? {} : { cursor }),
  });
  return (await api.json<Page>(`/v1/repairs?${query.toString()}`, { account: options.account })).body;
}

function linesOf(repairs: readonly Repair[], isResolved: boolean): string {
  if (repairs.length === 0) {
    return isResolved
      ? 'Nothing that stood in the repair queue has been settled.'
      : 'The repair queue is empty.';
  }
  const end = isResolved ? 'settled' : 'returns by itself';
  const header = ['credits', 'tries', 'first seen', 'last seen', end];
  return formatRecords(
    header,
    repairs.map((repair) => ({
      cells: [
        shown(repair.credits),
        shown(repair.tries),
        second(repair.first_seen_at),
        second(repair.last_seen_at),
        isResolved ? secondOrDash(repair.resolved_at) : second(repair.return_by),
      ],
      below: [`${repair.job_id ?? repair.reservation_id} of ${repair.account_id}`, repair.why],
    })),
  );
}
