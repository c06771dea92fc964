import type { PreviewedMove } from './describe-preview.ts';
import { day, minute } from './effect-words.ts';
import { counted, figure } from '../texts/counted.ts';

/** What a change of an account would do, in sentences, from what PostgreSQL saw it do before it was rolled back. */

type Cap = { readonly credits_per_period: number | null } & (
  { readonly member: string } | { readonly project: string }
);

/** The terms of an account that support changes, and what runs in it. */
export type AccountTerms = {
  readonly available: number;
  readonly reserved: number;
  /** Jobs under way, at most 1,000. */
  readonly jobs: number;
  readonly frozen_at: string | null;
  /** Its own; null: it has none. */
  readonly price_list: string | null;
  readonly limits: Readonly<Record<keyof typeof LIMITS, number | null>> & {
    readonly overrides: readonly Cap[];
  };
};

/** Before and after. */
type Terms = { readonly before: AccountTerms; readonly after: AccountTerms };

const LIMITS = {
  max_concurrent_jobs: 'jobs at once',
  member_credits_per_period: 'credits per member and period',
  project_credits_per_period: 'credits per project and period',
  low_balance_at: 'notice of a low balance at',
} as const;

/** One sentence per effect, each with a verb in the third person: here and in what follows. */
export function describeGrant(
  { before, after }: Terms,
  moves: readonly PreviewedMove[],
  isReplay: boolean,
): readonly string[] {
  if (isReplay) return ['changes nothing: this reference has made the grant already'];
  return [
    ...moves.map(({ credits, source, expires_at: end }) => {
      const ending = end === null ? 'which does not end' : `which ends ${day(end)}`;
      return `adds ${counted(credits, 'credit')} as a ${nameOf(source)} grant, ${ending}`;
    }),
    leaves(after),
    ...(before.frozen_at === null
      ? []
      : ['leaves the account frozen: nothing can be spent until that is lifted']),
  ];
}

export type VoidableGrant = {
  readonly source: string;
  readonly reserved: number;
  readonly spent: number;
  readonly voided_at: string | null;
};

/** @param voided Credits that it takes back, or that an earlier one took. */
export function describeVoid({ after }: Terms, grant: VoidableGrant, voided: number): readonly string[] {
  const { reserved, spent, voided_at: before } = grant;
  if (before !== null) {
    return [
      `changes nothing: it was voided ${day(before)}, and ${counted(voided, 'credit')} taken back then`,
    ];
  }
  const name = `the ${nameOf(grant.source)} grant`;
  return [
    voided === 0
      ? `takes nothing back: nothing of ${name} is left`
      : `takes back ${counted(voided, 'unspent credit')} of ${name}`,
    ...(reserved === 0
      ? []
      : [
          `lets ${counted(reserved, 'credit')} in open reservations end as they are; what returns is voided too`,
        ]),
    ...(spent === 0
      ? []
      : [`does not recover ${counted(spent, 'credit')} that ${spent === 1 ? 'was' : 'were'} spent`]),
    leaves(after),
  ];
}

export function describeFreeze({ before }: Terms, isFrozen: boolean): readonly string[] {
  const { frozen_at: since, jobs, reserved, available } = before;
  if (isFrozen) {
    if (since !== null) return [`changes nothing: the account is frozen since ${minute(since)}`];
    return [
      'refuses new spending from now on; returns and refunds work',
      jobs === 0
        ? 'ends no job: none is running'
        : `lets ${counted(jobs, 'running job')} end as they are, with ${counted(reserved, 'credit')} reserved`,
    ];
  }
  if (since === null) return ['changes nothing: the account is not frozen'];
  return [`allows new spending again: ${counted(available, 'credit')} can be spent`];
}

export function describeLimits({ before, after }: Terms): readonly string[] {
  const changed = [
    ...Object.entries(LIMITS).flatMap(([name, text]) => {
      const of = ({ limits }: AccountTerms) => limits[name as keyof typeof LIMITS];
      return of(before) === of(after) ? [] : [`sets ${text}: ${amount(of(before))} → ${amount(of(after))}`];
    }),
    ...describeCaps(before.limits.overrides, after.limits.overrides),
  ];
  if (changed.length === 0) return ['changes nothing: these are its limits'];
  const most = after.limits.max_concurrent_jobs;
  if (most === null || before.jobs < most || most === before.limits.max_concurrent_jobs) return changed;
  const refused =
    most === 0 ? 'refuses every new one' : `refuses a new one until fewer than ${figure(most)} run`;
  return [...changed, `lets ${counted(before.jobs, 'running job')} go on, and ${refused}`];
}

function describeCaps(before: readonly Cap[], after: readonly Cap[]): readonly string[] {
  const byName = (caps: readonly Cap[]) =>
    new Map(
      caps.map((cap) => [
        'member' in cap ? `member ${cap.member}` : `project ${cap.project}`,
        amount(cap.credits_per_period),
      ]),
    );
  const [was, is] = [byName(before), byName(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => was.get(name) !== is.get(name))
    .map(
      (name) =>
        `sets the cap of ${name}: ${was.get(name) ?? 'none of its own'} → ${is.get(name) ?? 'none of its own'}`,
    );
}

type Priced = { readonly name: string; readonly version: number };

/** @param lists By which it is priced before and after: its own list, or the one that every account has. */
export function describePriceList(
  { before, after }: Terms,
  lists: { readonly was: Priced; readonly becomes: Priced },
): readonly string[] {
  const text = ({ name, version }: Priced) => `${name}, version ${String(version)}`;
  const { was, becomes } = lists;
  if (before.price_list === after.price_list)
    return [`changes nothing: it is priced by ${text(was)}, already`];
  return [
    was.name === becomes.name
      ? `prices new quotes and jobs by ${text(becomes)}, as before`
      : `prices new quotes and jobs by ${text(becomes)}, instead of ${text(was)}`,
    'leaves quotes that were given, and jobs that run, at their own prices',
  ];
}

/** Of one delivery: `type` of its event, and whether it has arrived before. */
export function describeResentOne(
  url: string,
  event: { readonly type: string; readonly sequence: number; readonly isDelivered: boolean },
): readonly string[] {
  return [
    `sends ${event.type} (event ${String(event.sequence)}) again to ${url}`,
    ...(event.isDelivered ? ['delivers it a second time, under the id that it had'] : []),
  ];
}

/** @param most So many are sent by one call. */
export function describeResent(
  url: string,
  { resent, lastSequence }: { readonly resent: number; readonly lastSequence: number | null },
  most: number,
): readonly string[] {
  if (resent === 0)
    return ['sends nothing: there has been no event since then that this endpoint is told of'];
  return [
    `sends ${counted(resent, 'event')} again to ${url}`,
    ...(resent < most ? [] : [`stops after event ${String(lastSequence)}: there may be more after it`]),
  ];
}

export type RevocableKey = {
  readonly id: string;
  readonly name: string;
  readonly revoked_at: string | null;
  readonly portal_sessions: number;
  readonly console_sessions: number;
};

export function describeRevocation(key: RevocableKey): readonly string[] {
  if (key.revoked_at !== null) return [`changes nothing: it was revoked ${minute(key.revoked_at)}`];
  const ends = (count: number, what: string) =>
    count === 0 ? [] : [`ends ${counted(count, what)} that ${count === 1 ? 'was' : 'were'} opened with it`];
  return [
    `refuses every call with ${key.id} (“${key.name}”) within one second`,
    ...ends(key.portal_sessions, 'portal session'),
    ...ends(key.console_sessions, 'console session'),
  ];
}

export type RotatableKey = {
  readonly id: string;
  readonly name: string;
  /** When it stops working. */
  readonly expires_at: string | null;
  /** The key that it had replaced itself, and that works until now. */
  readonly predecessor: string | null;
};

export function describeRotation(
  key: RotatableKey,
  became: Pick<RotatableKey, 'expires_at'>,
  graceSeconds: number,
): readonly string[] {
  return [
    `makes a key in place of ${key.id} (“${key.name}”), with the same scopes, and shows its secret once`,
    graceSeconds === 0
      ? 'refuses the old one within one second'
      : `lets the old one work until ${minute(became.expires_at ?? '')}`,
    ...(key.predecessor === null ? [] : [`ends ${key.predecessor}, which the old one had replaced`]),
  ];
}

const nameOf = (source: string) => source.replace('_', '-');
const amount = (limit: number | null) => (limit === null ? 'none' : figure(limit));
const leaves = ({ available }: AccountTerms) => `leaves ${counted(available, 'credit')} to spend`;
