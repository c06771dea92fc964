import type { Call } from '../../contract/call.ts';
import type { RequestLimit } from '../../domain/request-limit.ts';
import { secondsToNext } from '../../domain/request-limit.ts';
import { createTakeRequest, type RequestTurn } from '../../jobs/keys/take-requests.ts';
import type { Database } from '../../ledger/database.ts';
import type { RateLimits } from '../../runtime/settings/rate-limits-setting.ts';
import type { Problem } from '../http/problem.ts';
import { rateLimitHeaders } from '../http/limit-headers.ts';
import type { Caller } from './caller.ts';
import { shownLimit, tooManyRequests } from './too-many-requests.ts';

/**
 * Counts a request against the limits of its key and its account; returns the headers with what is left. Throws
 * rate_limited, at once if that is known, else as a rejection.
 */
export type LimitRequests = (
  call: Pick<Call, 'addsUpEntries'>,
  caller: Caller,
  accountId: string | null,
) => Promise<Readonly<Record<string, string>>>;

/** Subjects known to be refused. Beyond this the oldest is forgotten, and PostgreSQL refuses it again. */
const MAX_KNOWN = 10_000;

type Limited = {
  readonly name: 'requests_per_key' | 'requests_per_account' | 'sums_per_account';
  readonly subject: string;
  readonly limit: RequestLimit;
};

/**
 * The limits that all processes share. A flood costs one query: a refusal is remembered until the limit allows a
 * request again, which no other process can bring forward.
 */
export function createLimitRequests(
  database: Database,
  limits: RateLimits,
  now: () => number,
): LimitRequests {
  const take = createTakeRequest(database);
  /** By subject: when its limit is whole again. */
  const refused = new Map<string, number>();

  function requireNotRefused(one: Limited): void {
    const wholeAtMs = refused.get(one.subject);
    if (wholeAtMs === undefined) return;
    const secondsToWhole = (wholeAtMs - now()) / 1_000;
    if (secondsToNext(one.limit, secondsToWhole) > 0) throw refusal(one, secondsToWhole);
    refused.delete(one.subject);
  }

  /** @param askedAtMs before PostgreSQL read its clock, so that no request is refused that it would allow. */
  function remember({ subject }: Limited, secondsToWhole: number, askedAtMs: number): void {
    refused.delete(subject);
    for (const oldest of refused.keys()) {
      if (refused.size < MAX_KNOWN) break;
      refused.delete(oldest);
    }
    refused.set(subject, askedAtMs + secondsToWhole * 1_000);
  }

  return (call, caller, accountId) => {
    const key: Limited = {
      name: 'requests_per_key',
      subject: caller.keyId,
      limit: caller.accountId === null ? limits.platform_key : limits.key,
    };
    const account = accountId === null ? null : limitOfAccount(call, accountId, limits);
    requireNotRefused(key);
    if (account !== null) requireNotRefused(account);
    const askedAtMs = now();
    return take({ key, account }).then((turn) => {
      const shown = statesOf(turn, key, account);
      if (turn.isGranted) {
        return rateLimitHeaders(
          shown.map(({ one, secondsToWhole }) => shownLimit(one.name, one.limit, secondsToWhole)),
        );
      }
      // The later of the two: a retry at the earlier one would be refused.
      const [reached] = shown.toSorted((a, b) => waitOf(b) - waitOf(a));
      if (reached === undefined) throw new RangeError('a request without a limit was refused');
      remember(reached.one, reached.secondsToWhole, askedAtMs);
      throw refusal(reached.one, reached.secondsToWhole);
    });
  };
}

function limitOfAccount(
  { addsUpEntries }: Pick<Call, 'addsUpEntries'>,
  accountId: string,
  limits: RateLimits,
): Limited {
  return addsUpEntries === true
    ? { name: 'sums_per_account', subject: `sums of ${accountId}`, limit: limits.sums }
    : { name: 'requests_per_account', subject: accountId, limit: limits.account };
}

type State = { readonly one: Limited; readonly secondsToWhole: number };

function statesOf(turn: RequestTurn, key: Limited, account: Limited | null): readonly State[] {
  const ofKey = { one: key, secondsToWhole: turn.keySecondsToWhole };
  return account === null ? [ofKey] : [ofKey, { one: account, secondsToWhole: turn.accountSecondsToWhole }];
}

function waitOf({ one, secondsToWhole }: State): number {
  return secondsToNext(one.limit, secondsToWhole);
}

function refusal({ name, limit }: Limited, secondsToWhole: number): Problem {
  return tooManyRequests(name, limit, secondsToWhole);
}
