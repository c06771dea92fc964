import type pg from 'pg';
import { createAdmit } from '../../../../activities/admission/admit.ts';
import {
  expiredGrantPolicyOf,
  failureOf,
  RETURN_GRANT_LIFETIME_HOURS,
  type FailureCode,
} from '../../../../domain/work/failures.ts';
import { PRIORITY_OF_SOURCE, type GrantSource } from '../../../../domain/credits/grant-rules.ts';
import { grantIdOf, jobIdOf } from '../../../../contract/derived-ids.ts';
import { usePrice } from '../../../../domain/prices/price-list.ts';
import { createAdmitJob } from '../../../../jobs/admission/admit-job.ts';
import type { Database } from '../../../../ledger/database.ts';
import { grantCredits, type GrantEnd } from '../../../../ledger/grant-credits.ts';
import { readLimits, setLimits } from '../../../../ledger/limits.ts';
import { openAccount } from '../../../../ledger/open-account.ts';
import { setPlan } from '../../../../ledger/plan.ts';
import { refer } from '../../../../ledger/refer.ts';
import { voidGrant } from '../../../../ledger/void-grant.ts';
import { callReserve, callVerb, type VerbItem, type VerbName } from '../../sql-verbs.ts';
import { parseFigure } from './read-page.ts';
import { SUPERSCALE, SUPERSCALE_PRICING, SUPERSCALE_PLAN_RULES } from '../../../harness/superscale.ts';

const BY = { actor: 'test', reason: 'an example' };

/** The page's words for an ending. */
const CODE_OF_ENDING: Readonly<Record<string, FailureCode>> = {
  fails: 'provider_failed',
  'is canceled': 'canceled',
  'has a picture refused': 'asset_refused',
  'is blocked': 'moderated_input',
};

/** The input of an action. `key`: the same for the same action done again. */
type ActionContext = {
  readonly database: Database;
  /** For the verbs that processes reach through the functions of jobs. */
  readonly owner: pg.Pool;
  readonly account: string;
  readonly accountId: string;
  readonly key: string;
  readonly idOf: (account: string) => string;
  readonly newestGrant: (source: string) => Promise<string>;
};

type Answer = { readonly outcome: string; readonly notRecovered?: number };
type Words = Readonly<Record<string, string | undefined>>;
type Action = {
  readonly pattern: RegExp;
  readonly act: (context: ActionContext, words: Words) => Promise<Answer>;
};

const FOR_WHOM = '(?: by (?<member>[a-z]+))?(?: in (?<project>[a-z]+))?';

/** The little language of the examples: one entry per action. */
const ACTIONS: readonly Action[] = [
  { pattern: /^look$/, act: () => Promise.resolve({ outcome: 'done' }) },
  {
    pattern: /^sign up$/,
    act: ({ database, account }) =>
      openAccount(database, SUPERSCALE.grants, { name: account, reference: account }),
  },
  {
    pattern: /^start trial$/,
    act: (context) =>
      grant(context, 'trial', 'once', SUPERSCALE.grants.trial.credits, {
        afterSeconds: SUPERSCALE.grants.trial.lifetimeSeconds,
      }),
  },
  {
    pattern: /^buy (?<pack>\w+)$/,
    act: (context, { pack }) => {
      const bought = SUPERSCALE.packs.find(({ name }) => name === pack);
      if (bought === undefined) throw new RangeError(`no pack ${String(pack)}`);
      return grant(context, 'top_up', context.key, bought.credits, { afterMonths: bought.lifetimeMonths });
    },
  },
  {
    pattern: /^goodwill (?<credits>[\d,]+)$/,
    act: (context, { credits }) =>
      grant(context, 'goodwill', context.key, parseFigure(credits ?? ''), {
        afterSeconds: SUPERSCALE.grants.goodwill.lifetimeSeconds,
      }),
  },
  {
    pattern: /^plan (?<plan>\w+)(?:, (?<renewal>automatic))?(?: from (?<start>[\d-]+(?: \d\d:\d\d)?))?$/,
    act: (context, { plan, renewal, start }) => changePlan(context, plan ?? null, renewal, start),
  },
  { pattern: /^end plan$/, act: (context) => changePlan(context, null, undefined, undefined) },
  {
    pattern: /^invite (?<invitee>you|[A-Z]\w+)$/,
    act: ({ database, accountId, idOf }, { invitee }) =>
      refer(database, SUPERSCALE.grants.referral, {
        accountId: idOf(invitee ?? ''),
        inviterId: accountId,
        actor: BY.actor,
      }),
  },
  {
    pattern: new RegExp(`^reserve (?<credits>[\\d,]+) for (?<job>[A-Z]+)${FOR_WHOM}$`),
    act: ({ owner, accountId }, { credits, job, member, project }) =>
      outcomeOf(
        callReserve(owner, [
          {
            ...{ account_id: accountId, reservation_id: reservationOf(accountId, job), member, project },
            ...{ amount: parseFigure(credits ?? ''), return_after_seconds: 1e9 },
          },
        ]),
      ),
  },
  {
    pattern: /^deliver (?<job>[A-Z]+) for (?<credits>[\d,]+)$/,
    act: (context, { job, credits }) =>
      call(context, 'settle', {
        ...{ reservation_id: reservationOf(context.accountId, job), verb: 'commit', cause: 'delivered' },
        ...{ amount: parseFigure(credits ?? ''), expired_policy: 'return_grant' },
        return_grant_hours: RETURN_GRANT_LIFETIME_HOURS,
      }),
  },
  {
    pattern: /^(?<job>[A-Z]+) (?<ending>fails|is canceled|has a picture refused|is blocked)$/,
    act: (context, { job, ending }) => {
      const failure = failureOf(CODE_OF_ENDING[ending ?? ''] ?? 'internal');
      return call(context, 'settle', {
        ...{ reservation_id: reservationOf(context.accountId, job), verb: 'release', cause: failure.code },
        ...{ expired_policy: expiredGrantPolicyOf(failure), return_grant_hours: RETURN_GRANT_LIFETIME_HOURS },
      });
    },
  },
  {
    pattern: new RegExp(`^chat${FOR_WHOM}$`),
    act: (context, { member, project }) =>
      call(context, 'spend', {
        ...{
          spend_id: context.key,
          amount: usePrice(SUPERSCALE_PRICING.priceList, 'chat_message'),
          note: 'chat_message',
        },
        ...{ member, project },
      }),
  },
  {
    pattern: /^refund (?:(?<credits>[\d,]+) of )?(?<job>[A-Z]+)$/,
    act: (context, { credits, job }) =>
      call(context, 'refund', {
        ...{ reservation_id: reservationOf(context.accountId, job), refund_id: context.key, ...BY },
        ...{ amount: credits === undefined ? null : parseFigure(credits) },
        goodwill_seconds: SUPERSCALE.grants.goodwill.lifetimeSeconds,
      }),
  },
  {
    pattern: /^charge back the (?<source>[a-z-]+)$/,
    act: async ({ database, accountId, newestGrant }, { source }) =>
      voidGrant(database, { accountId, grantId: await newestGrant((source ?? '').replace('-', '_')), ...BY }),
  },
  {
    pattern: /^allow each (?<spender>member|project) (?<credits>[\d,]+)$/,
    act: (context, { spender, credits }) =>
      changeLimits(context, { [`${spender ?? ''}_credits_per_period`]: parseFigure(credits ?? '') }),
  },
  {
    pattern: /^allow (?<member>[a-z]+) (?<credits>[\d,]+)$/,
    act: (context, { member, credits }) =>
      changeLimits(context, { overrides: [{ member, credits_per_period: parseFigure(credits ?? '') }] }),
  },
  {
    pattern: /^allow (?<jobs>\d+) jobs? at once$/,
    act: (context, { jobs }) => changeLimits(context, { max_concurrent_jobs: Number(jobs) }),
  },
  {
    pattern: /^submit a static ad$/,
    act: ({ database, accountId, key }) => submitStaticAd(database, accountId, key),
  },
  {
    pattern: /^warn below (?<credits>[\d,]+)$/,
    act: (context, { credits }) => changeLimits(context, { low_balance_at: parseFigure(credits ?? '') }),
  },
];

/** Does what a line says. Throws RangeError for an action that is not of the language. */
export function doAction(context: ActionContext, action: string): Promise<Answer> {
  for (const { pattern, act } of ACTIONS) {
    const found = pattern.exec(action);
    if (found !== null) return act(context, found.groups ?? {});
  }
  throw new RangeError(`not an action: "${action}"`);
}

function call(
  { owner, accountId }: ActionContext,
  verb: Exclude<VerbName, 'reserve'>,
  item: VerbItem,
): Promise<Answer> {
  return outcomeOf(callVerb(owner, verb, { account_id: accountId, ...item }));
}

async function outcomeOf(row: Promise<Record<string, unknown>>): Promise<Answer> {
  return { outcome: String((await row)['outcome']) };
}

function reservationOf(accountId: string, job: string | undefined): string {
  return `rsv_${accountId}_${String(job)}`;
}

async function grant(
  { database, accountId }: ActionContext,
  source: GrantSource,
  reference: string,
  credits: number,
  ends: GrantEnd,
): Promise<Answer> {
  const grantId = grantIdOf(accountId, source, reference);
  const priority = PRIORITY_OF_SOURCE[source];
  const item = { accountId, grantId, source, priority, credits, ends, reference, reason: source };
  return { outcome: await grantCredits(database, item) };
}

function changePlan(
  { database, accountId, key }: ActionContext,
  plan: string | null,
  renewal: string | undefined,
  start: string | undefined,
): Promise<Answer> {
  return setPlan(database, SUPERSCALE_PLAN_RULES, {
    accountId,
    reference: key,
    plan,
    periodStart: start === undefined ? null : new Date(`${start}Z`.replace(' ', 'T')),
    renewal: renewal === 'automatic' ? 'automatic' : null,
    ...BY,
  });
}

async function changeLimits({ database, accountId }: ActionContext, change: object): Promise<Answer> {
  const limits = await readLimits(database, accountId);
  if (limits === null) return { outcome: 'account_not_found' };
  await setLimits(database, accountId, { ...limits, ...change }, BY);
  return { outcome: 'done' };
}

/** Admits a job as its workflow does: priced, stored and reserved. */
async function submitStaticAd(database: Database, accountId: string, key: string): Promise<Answer> {
  const admit = createAdmit(createAdmitJob(database), database, {
    heartbeatTimeoutSeconds: 10,
    rules: {
      catalogue: SUPERSCALE,
      allowsTestScenarios: false,
      allowsLocalAssetUrls: false,
      providers: ['local'],
    },
  });
  const { admission } = await admit({
    accountId,
    jobId: jobIdOf(accountId, key),
    request: { kind: 'static_ad', brief: { headline: key } },
    fingerprint: key,
    // The clock is the example's: this start is never too late.
    admitBy: '9999-01-01T00:00:00Z',
    outputCount: 1,
  });
  return { outcome: admission.outcome === 'refused' ? admission.reason : admission.outcome };
}
