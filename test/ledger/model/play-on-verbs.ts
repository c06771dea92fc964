import type pg from 'pg';
import type { GrantSource } from '../../../domain/grant-rules.ts';
import { createGrant } from '../../../ledger/grant.ts';
import { createRefund } from '../../../ledger/refund.ts';
import { createReserve } from '../../../ledger/reserve.ts';
import { createCommit } from '../../../ledger/commit.ts';
import { createRelease } from '../../../ledger/release.ts';
import { createSpend } from '../../../ledger/spend.ts';
import { voidGrant } from '../../../ledger/void-grant.ts';
import { NEVER } from './model-account.ts';
import type { Answer, GrantItem } from './model-ledger.ts';
import type { RefundItem, SettleItem } from './give-back.ts';
import { playOnLedger } from './play-on-ledger.ts';
import type { Step } from './step.ts';
import type { TakeItem } from './take.ts';

/** The TypeScript verbs of one process, over one pool. Answers are shaped like those of the SQL and the model. */
export type VerbPlayer = {
  readonly play: (step: Step) => Promise<Answer[]>;
};

/** Plays a step as calls made at once: those of one verb go to the database together (group commit). */
export function createVerbPlayer(pool: pg.Pool): VerbPlayer {
  const verbs = {
    grant: createGrant(pool),
    reserve: createReserve(pool),
    spend: createSpend(pool),
    commit: createCommit(pool),
    release: createRelease(pool),
    refund: createRefund(pool),
  };
  const grant = async (item: GrantItem): Promise<Answer> => {
    const ends = item.expiresAt === NEVER ? 'never' : { at: new Date(item.expiresAt) };
    const answer = await verbs.grant({
      ...{ accountId: item.account, grantId: item.id, credits: item.amount, reason: 'test', ends },
      source: item.source as GrantSource,
      band: item.band as 1 | 2 | 3,
      reference: item.reference ?? undefined,
    });
    return [answer.outcome];
  };
  const reserve = async (item: TakeItem): Promise<Answer> => {
    const answer = await verbs.reserve({
      ...{
        accountId: item.account,
        reservationId: item.id,
        credits: item.amount,
        jobId: item.job,
        outputId: null,
      },
      reason: item.reason as 'generation' | 'free_retry',
      returnAfterSeconds: 900,
      ...spenderOf(item),
    });
    return [answer.outcome];
  };
  const spend = async (item: TakeItem): Promise<Answer> => {
    const key = { accountId: item.account, spendId: item.id };
    const answer = await verbs.spend({
      ...key,
      credits: item.amount,
      note: 'chat_message',
      ...spenderOf(item),
    });
    return [answer.outcome];
  };
  const settle = async (item: SettleItem): Promise<Answer> => {
    const key = { accountId: item.account, reservationId: item.id };
    const answer =
      item.verb === 'commit'
        ? await verbs.commit({ ...key, credits: item.amount ?? -1 })
        : await verbs.release({ ...key, cause: 'test', expiredGrantPolicy: item.policy });
    return [answer.outcome, answer.isReplay, answer.committed, answer.released];
  };
  const refund = async (item: RefundItem): Promise<Answer> => {
    const key = { accountId: item.account, reservationId: item.id, refundId: item.refund };
    const answer = await verbs.refund({ ...key, credits: item.amount, reason: 'test', actor: 'test' });
    return [answer.outcome, answer.credits, answer.refunded];
  };
  return {
    play: (step) => {
      switch (step.verb) {
        case 'grant':
          return Promise.all(step.items.map(grant));
        case 'spend':
          return Promise.all(step.items.map(spend));
        case 'settle':
          return Promise.all(step.items.map(settle));
        case 'refund':
          return Promise.all(step.items.map(refund));
        case 'void':
          return Promise.all(
            step.items.map(async ({ account, id }) => {
              const item = { accountId: account, grantId: id, reason: 'test', actor: 'test' };
              const answer = await voidGrant(pool, item);
              if (answer.outcome === 'not_found') return [answer.outcome, null, null];
              return [answer.outcome, answer.voided, answer.notRecovered];
            }),
          );
        case 'reserve':
          // A group is reserved by whoever admits a job, as an array.
          if (step.units.every((unit) => unit.length === 1))
            return Promise.all(step.units.flat().map(reserve));
          return playOnLedger({ client: pool, prefix: '' }, step, true);
        case 'open':
        case 'plan':
        case 'renew':
        case 'refer':
        case 'limits':
        case 'sweep':
          return playOnLedger({ client: pool, prefix: '' }, step, true);
      }
    },
  };
}

function spenderOf(item: TakeItem): { member: string | undefined; project: string | undefined } {
  return { member: item.member ?? undefined, project: item.project ?? undefined };
}
