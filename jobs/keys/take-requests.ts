import type { RequestLimit } from '../../domain/request-limit.ts';
import type { Database } from '../../ledger/database.ts';
import { groupCommit } from '../../ledger/group-commit.ts';

/** Whose limit: the id of a key or of an account. */
type LimitedSubject = { readonly subject: string; readonly limit: RequestLimit };

/** Both limits must allow a request. */
export type RequestAsk = { readonly key: LimitedSubject; readonly account: LimitedSubject | null };

export type RequestTurn = {
  readonly isGranted: boolean;
  /** Seconds until the subject has its whole burst again, after the requests decided together with this one. */
  readonly keySecondsToWhole: number;
  readonly accountSecondsToWhole: number;
};

/** Asks both limits for one request. Rejects with PostgreSQL's error. */
type TakeRequest = (ask: RequestAsk) => Promise<RequestTurn>;

type Row = { granted: boolean[]; seconds_to_whole: number[] };
type Decided = { readonly turn: RequestTurn } | { readonly error: unknown };

/**
 * Counts requests against the limits that all processes share. Requests that arrive during a query go together in the
 * next, so that a busy process has one query at a time.
 */
export function createTakeRequest(database: Database): TakeRequest {
  const take = groupCommit<RequestAsk, Decided>(async (asks) => {
    try {
      return await takeAll(database, asks);
    } catch (error) {
      // The error goes to every caller. A retry one by one could count a request twice.
      return asks.map(() => ({ error }));
    }
  });
  return async (ask) => {
    const decided = await take(ask);
    if ('error' in decided) throw decided.error;
    return decided.turn;
  };
}

async function takeAll(database: Database, asks: readonly RequestAsk[]): Promise<readonly Decided[]> {
  const subjects = new Map<string, RequestLimit & { readonly at: number }>();
  const placeOf = ({ subject, limit }: LimitedSubject): number => {
    const known = subjects.get(subject) ?? { ...limit, at: subjects.size + 1 };
    subjects.set(subject, known);
    return known.at;
  };
  const places = asks.map(({ key, account }) => ({
    key: placeOf(key),
    account: account === null ? null : placeOf(account),
  }));
  const limits = [...subjects.values()];
  const { rows } = await database.query<Row>({
    name: 'jobs.take_requests',
    text: 'SELECT granted, seconds_to_whole FROM jobs.take_requests($1, $2, $3, $4, $5)',
    values: [
      [...subjects.keys()],
      limits.map(({ perSecond }) => perSecond),
      limits.map(({ burst }) => burst),
      places.map(({ key }) => key),
      places.map(({ account }) => account),
    ],
  });
  const [row] = rows;
  if (row?.granted.length !== asks.length)
    throw new RangeError('jobs.take_requests did not decide every ask');
  const secondsAt = (place: number | null) => (place === null ? 0 : (row.seconds_to_whole[place - 1] ?? 0));
  return places.map(({ key, account }, index) => ({
    turn: {
      isGranted: row.granted[index] === true,
      keySecondsToWhole: secondsAt(key),
      accountSecondsToWhole: secondsAt(account),
    },
  }));
}
