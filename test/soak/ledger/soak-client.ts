import type pg from 'pg';
import { GRANT_SOURCES, PRIORITY_OF_SOURCE } from '../../../domain/credits/grant-rules.ts';
import { RETURN_GRANT_LIFETIME_HOURS } from '../../../domain/work/failures.ts';
import { grantCredits } from '../../../ledger/grant-credits.ts';
import { groupCommitByAccount } from '../../../ledger/group-commit.ts';
import { setLimits } from '../../../ledger/limits.ts';
import { openAccount } from '../../../ledger/open-account.ts';
import { readDuePlans, renewPlans, setPlan } from '../../../ledger/plan.ts';
import { refer } from '../../../ledger/refer.ts';
import { readDueExpiry, sweepExpired } from '../../../ledger/sweep-expired.ts';
import { voidGrant } from '../../../ledger/void-grant.ts';
import { callVerbs, type VerbItem, type VerbName } from '../../ledger/sql-verbs.ts';
import type { PersistentCaller } from './persistent-caller.ts';
import type { SeededRandom } from '../soak-random.ts';
import { SUPERSCALE_PLAN_NAMES, SUPERSCALE_GRANTS, SUPERSCALE_PLAN_RULES } from '../../harness/superscale.ts';

/** The prices of docs/credits.md, and a few that leave odd amounts behind. */
const PRICES = [1, 35, 35, 35, 70, 105, 500, 700];
const SPENDERS = ['ann', 'ben', 'cid'] as const;
const HOT_PERCENT = 5;
/** Longer than any run: nothing is overdue at its end. */
const RETURN_AFTER_SECONDS = 24 * 3_600;
const DUE_PAGE = 20;
const BY = { actor: 'soak', reason: 'soak' } as const;

export type SoakVerbs = ReturnType<typeof createSoakVerbs>;

/** What a verb said: its outcome, and its figures. */
type Said = { readonly outcome: string; readonly figures: Readonly<Record<string, number>> };

type Verb = (accountId: string, item: VerbItem) => Promise<Said>;

/** The verbs of one process: its clients share them, so that calls made at once go together in one transaction. */
export function createSoakVerbs(pool: pg.Pool) {
  const verb = (name: VerbName): Verb => {
    const grouped = groupCommitByAccount(async (items: readonly { accountId: string; item: VerbItem }[]) => {
      const rows = items.map(({ accountId, item }) => ({ account_id: accountId, ...item }));
      return (await callVerbs(pool, name, rows)).map(readRow);
    });
    return (accountId, item) => grouped({ accountId, item });
  };
  return {
    pool,
    reserve: verb('reserve'),
    settle: verb('settle'),
    spend: verb('spend'),
    refund: verb('refund'),
  };
}

function readRow(row: Readonly<Record<string, unknown>>): Said {
  const figures = Object.entries(row).filter(([name]) => FIGURES.has(name));
  return {
    outcome: String(row['outcome']),
    figures: Object.fromEntries(figures.map(([name, value]) => [name, Number(value ?? 0)])),
  };
}

const FIGURES = new Set(['committed', 'released', 'credits']);

/** One client: does one scenario after the other, on accounts that all clients share. */
export class SoakClient {
  readonly #verbs: SoakVerbs;
  readonly #call: PersistentCaller;
  readonly #random: SeededRandom;
  readonly #accounts: string[];
  readonly #name: string;
  #ids = 0;

  constructor(
    name: string,
    verbs: SoakVerbs,
    call: PersistentCaller,
    random: SeededRandom,
    accounts: string[],
  ) {
    this.#name = name;
    this.#verbs = verbs;
    this.#call = call;
    this.#random = random;
    this.#accounts = accounts;
  }

  async doSomething(): Promise<void> {
    const dice = this.#random.integer(1_000);
    const accountId = this.#random.inPercent(HOT_PERCENT)
      ? (this.#accounts[0] ?? '')
      : this.#random.oneOf(this.#accounts);
    if (dice < 575) await this.#makeOutput(accountId);
    else if (dice < 795) await this.#chat(accountId);
    else if (dice < 962) await this.#topUp(accountId);
    else if (dice < 975) await this.#changePlan(accountId);
    else if (dice < 982) await this.#invite(accountId);
    else if (dice < 990) await this.#changeLimits(accountId);
    else await this.#doWhatIsDue();
  }

  /** Opens an account of its own; returns its id. */
  async open(): Promise<string | null> {
    const reference = this.#newId('ref');
    const opened = await this.#call(
      { verb: 'open', accountId: '', id: reference },
      () => openAccount(this.#verbs.pool, SUPERSCALE_GRANTS, { name: 'Soak', reference }),
      (answer) => ({ outcome: answer.outcome === 'key_reused' ? 'key_reused' : 'open' }),
    );
    if (opened === null) return null;
    this.#accounts.push(opened.accountId);
    return opened.accountId;
  }

  /** Reserve, then commit or release, or both at once; now and then the charge is given back. */
  async #makeOutput(accountId: string): Promise<void> {
    const credits = this.#random.oneOf(PRICES);
    const id = this.#newId('rsv');
    const spender = this.#spender();
    const reserve = () => this.#reserve(accountId, id, credits, spender);
    // Delivered twice: the same call at once, under the same key.
    const [reserved] = await (this.#random.inPercent(4)
      ? Promise.all([reserve(), reserve()])
      : Promise.all([reserve()]));
    if (reserved !== 'reserved') return;
    const cost = this.#random.inPercent(20) ? 1 + this.#random.integer(credits) : credits;
    const ways = this.#random.inPercent(4)
      ? ['commit', 'release']
      : [this.#random.inPercent(80) ? 'commit' : 'release'];
    const answers = await Promise.all(
      ways.map((way) =>
        way === 'commit' ? this.#commit(accountId, id, cost) : this.#release(accountId, id),
      ),
    );
    if (answers[0]?.outcome === 'committed' && this.#random.inPercent(12))
      await this.#refund(accountId, id, cost);
  }

  async #chat(accountId: string): Promise<void> {
    const id = this.#newId('spend');
    const credits = this.#random.inPercent(90) ? 1 : 1 + this.#random.integer(40);
    const answer = await this.#call(
      { verb: 'spend', accountId, id, credits },
      () =>
        this.#verbs.spend(accountId, {
          spend_id: id,
          amount: credits,
          note: 'chat_message',
          ...this.#spender(),
        }),
      ({ outcome }) => ({ outcome }),
    );
    if (answer?.outcome === 'spent' && this.#random.inPercent(5)) await this.#refund(accountId, id, credits);
  }

  /** Paid credits, or given ones; some live for seconds only, and some payments are charged back. */
  async #topUp(accountId: string): Promise<void> {
    const id = this.#newId('grant');
    const isPaid = this.#random.inPercent(60);
    const source = isPaid ? 'top_up' : this.#random.oneOf(GRANT_SOURCES.slice(4, 6));
    const credits = 50 + this.#random.integer(700);
    const ends = this.#random.inPercent(30)
      ? { afterSeconds: 1 + this.#random.integer(20) }
      : ('never' as const);
    const priority = PRIORITY_OF_SOURCE[source];
    const item = { accountId, grantId: id, source, priority, credits, ends, reason: 'soak_grant' };
    const reference = isPaid ? this.#newId('payment') : undefined;
    const granted = await this.#call(
      { verb: 'grant', accountId, id, credits },
      () => grantCredits(this.#verbs.pool, { ...item, reference }),
      (outcome) => ({ outcome }),
    );
    if (granted !== 'granted' || !this.#random.inPercent(6)) return;
    await this.#call(
      { verb: 'void', accountId, id },
      () => voidGrant(this.#verbs.pool, { accountId, grantId: id, ...BY }),
      (answer) =>
        answer.outcome === 'voided'
          ? { outcome: answer.outcome, numbers: [answer.voided, answer.notRecovered] }
          : { outcome: answer.outcome },
    );
  }

  /** Any plan, or none; a period that is about to end makes renewals due while the run goes on. */
  async #changePlan(accountId: string): Promise<void> {
    const id = this.#newId('plan');
    const plan = this.#random.inPercent(85) ? this.#random.oneOf(SUPERSCALE_PLAN_NAMES.slice(0, 3)) : null;
    const start = new Date(Date.now() + (2 + this.#random.integer(60)) * 1_000);
    start.setUTCMonth(start.getUTCMonth() - 1);
    const periodStart = this.#random.inPercent(60) && start.getTime() < Date.now() ? start : null;
    const renewal = this.#random.oneOf(['automatic', 'automatic', 'by_call', null] as const);
    await this.#call(
      { verb: 'plan', accountId, id, about: plan ?? '' },
      () =>
        setPlan(this.#verbs.pool, SUPERSCALE_PLAN_RULES, {
          accountId,
          reference: id,
          plan,
          periodStart,
          renewal,
          ...BY,
        }),
      ({ outcome }) => ({ outcome }),
    );
  }

  async #invite(inviterId: string): Promise<void> {
    const accountId = await this.open();
    if (accountId === null) return;
    await this.#call(
      { verb: 'refer', accountId, id: accountId, about: inviterId },
      () => refer(this.#verbs.pool, SUPERSCALE_GRANTS.referral, { accountId, inviterId, actor: BY.actor }),
      ({ outcome }) => ({ outcome }),
    );
  }

  async #changeLimits(accountId: string): Promise<void> {
    const cap = () => (this.#random.inPercent(50) ? null : 2_000 + this.#random.integer(20_000));
    const limits = {
      max_concurrent_jobs: null,
      member_credits_per_period: cap(),
      project_credits_per_period: cap(),
      low_balance_at: this.#random.oneOf([null, 700]),
      overrides: [{ member: this.#random.oneOf(SPENDERS), credits_per_period: cap() }],
    };
    await this.#call(
      { verb: 'limits', accountId, id: '' },
      () => setLimits(this.#verbs.pool, accountId, limits, BY),
      (isSet) => ({ outcome: isSet ? 'set' : 'account_not_found' }),
    );
  }

  /** The work of the schedules: the sweep and the renewals, a page of each. */
  async #doWhatIsDue(): Promise<void> {
    const page = { after: null, limit: DUE_PAGE };
    await this.#call(
      { verb: 'sweep', accountId: '', id: '' },
      async () => {
        const due = await readDueExpiry(this.#verbs.pool, page);
        return sweepExpired(
          this.#verbs.pool,
          due.map((one) => one.accountId),
        );
      },
      () => ({ outcome: 'swept' }),
    );
    await this.#call(
      { verb: 'renew', accountId: '', id: '' },
      async () => {
        const due = await readDuePlans(this.#verbs.pool, page);
        return renewPlans(
          this.#verbs.pool,
          SUPERSCALE_PLAN_RULES,
          due.map((one) => one.accountId),
        );
      },
      () => ({ outcome: 'renewed' }),
    );
  }

  async #reserve(accountId: string, id: string, credits: number, spender: object): Promise<string | null> {
    const answer = await this.#call(
      { verb: 'reserve', accountId, id, credits },
      () =>
        this.#verbs.reserve(accountId, {
          ...{ reservation_id: id, amount: credits, job_id: `job_${id}`, output_id: id, ...spender },
          return_after_seconds: RETURN_AFTER_SECONDS,
        }),
      ({ outcome }) => ({ outcome }),
    );
    return answer?.outcome ?? null;
  }

  #commit(accountId: string, id: string, credits: number): Promise<Said | null> {
    const item = { verb: 'commit', amount: credits, cause: 'delivered', expired_policy: 'return_grant' };
    return this.#settle({ verb: 'commit', accountId, id, credits }, item);
  }

  #release(accountId: string, id: string): Promise<Said | null> {
    const expired_policy = this.#random.inPercent(70) ? 'return_grant' : 'expire';
    return this.#settle(
      { verb: 'release', accountId, id },
      { verb: 'release', cause: 'provider_failed', expired_policy },
    );
  }

  #settle(
    call: { verb: string; accountId: string; id: string; credits?: number },
    item: VerbItem,
  ): Promise<Said | null> {
    const rest = { reservation_id: call.id, return_grant_hours: RETURN_GRANT_LIFETIME_HOURS };
    return this.#call(call, () => this.#verbs.settle(call.accountId, { ...item, ...rest }), readSettled);
  }

  async #refund(accountId: string, reservationId: string, most: number): Promise<void> {
    const id = this.#newId('refund');
    const credits = this.#random.inPercent(50) ? null : 1 + this.#random.integer(most);
    const item = { reservation_id: reservationId, refund_id: id, amount: credits, ...BY };
    await this.#call(
      { verb: 'refund', accountId, id, about: reservationId, credits },
      () =>
        this.#verbs.refund(accountId, {
          ...item,
          goodwill_seconds: SUPERSCALE_GRANTS.goodwill.lifetimeSeconds,
        }),
      ({ outcome, figures }) => ({ outcome, numbers: [figures['credits'] ?? 0] }),
    );
  }

  #spender(): { member?: string; project?: string } {
    if (this.#random.inPercent(60)) return {};
    return this.#random.inPercent(50)
      ? { member: this.#random.oneOf(SPENDERS) }
      : { member: this.#random.oneOf(SPENDERS), project: 'site' };
  }

  #newId(prefix: string): string {
    return `${prefix}_${this.#name}_${String(++this.#ids)}`;
  }
}

function readSettled({ outcome, figures }: Said) {
  return { outcome, numbers: [figures['committed'] ?? 0, figures['released'] ?? 0] };
}
