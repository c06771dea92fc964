import { randomInt } from 'node:crypto';
import type pg from 'pg';
import { createCommit } from '../../../ledger/commit.ts';
import { createReserve } from '../../../ledger/reserve.ts';
import {
  ACCOUNT_COUNT,
  accountIdAt,
  CREDITS,
  MEMBERS_PER_ACCOUNT,
  PROJECTS_PER_ACCOUNT,
} from './bench-accounts.ts';
import { commitInteractively, reserveInteractively } from './interactive-ledger.ts';
import { untimed, type Time } from './stopwatch.ts';

const RETURN_AFTER_SECONDS = 900;

/** One cycle: reserve the price of a static ad and commit it, on the account that `pick` names. */
export type Cycle = () => Promise<void>;
export type PickAccount = () => string;

export const pickAnyAccount: PickAccount = () => accountIdAt(randomInt(ACCOUNT_COUNT));
export const pickHotAccount: PickAccount = () => accountIdAt(0);

/** Every reserve names a member and a project: where the accounts are capped, both caps are looked at and counted. */
export function createOurCycle(pool: pg.Pool, pick: PickAccount, time: Time = untimed): Cycle {
  const reserve = createReserve(pool);
  const commit = createCommit(pool);
  const nextId = numberIds();
  return async () => {
    const key = { accountId: pick(), reservationId: nextId() };
    const reserved = await time(() =>
      reserve({
        ...key,
        credits: CREDITS,
        reason: 'generation',
        jobId: 'job_bench',
        outputId: 'bench',
        member: `member_${String(randomInt(MEMBERS_PER_ACCOUNT))}`,
        project: `project_${String(randomInt(PROJECTS_PER_ACCOUNT))}`,
        returnAfterSeconds: RETURN_AFTER_SECONDS,
      }),
    );
    if (reserved.outcome !== 'reserved')
      throw new Error(`a reserve of the benchmark was ${reserved.outcome}`);
    const settled = await time(() => commit({ ...key, credits: CREDITS }));
    if (settled.outcome !== 'committed') throw new Error(`a commit of the benchmark was ${settled.outcome}`);
  };
}

export function createInteractiveCycle(pool: pg.Pool, pick: PickAccount, time: Time = untimed): Cycle {
  const nextId = numberIds();
  return async () => {
    const key = { accountId: pick(), reservationId: nextId() };
    await time(() => reserveInteractively(pool, { ...key, credits: CREDITS }));
    await time(() => commitInteractively(pool, key));
  };
}

/** Spread like derived ids are: an index that only grows at its end would favour whoever writes more. */
function numberIds(): () => string {
  let number = 0;
  return () => `rsv_${randomInt(2 ** 40).toString(36)}_${String(++number)}`;
}
