import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  commitItem,
  createLedgerFixture,
  grantItem,
  releaseItem,
  reserveItem,
  type LedgerFixture,
  type RawVerb,
} from './ledger-fixture.ts';
import { ModelLedger, NEVER, type GrantStep, type ReserveStep, type SettleStep } from './model-ledger.ts';

/**
 * design.md: "The result equals applying the items one by one in array order." Random histories are played three times
 * under one frozen clock: as arrays, item by item, and in a model in memory.
 */

const START = Date.parse('2026-03-01T00:00:00Z');
const ACCOUNTS = ['one', 'two'] as const;
const RUNS = 60;
/** Of a slow machine: fewer histories rather than a red run. A failure still has this long to be made small. */
const TIME_LIMIT_MS = 40_000;

type Unit = readonly ReserveStep[];
type Step =
  | { readonly verb: 'grant'; readonly wait: number; readonly items: readonly GrantStep[] }
  | { readonly verb: 'reserve'; readonly wait: number; readonly units: readonly Unit[] }
  | { readonly verb: 'settle'; readonly wait: number; readonly items: readonly SettleStep[] }
  | { readonly verb: 'void'; readonly wait: number; readonly account: string; readonly grant: string };

const account = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...ACCOUNTS) }, fc.constant('unknown'));
const wait = fc.constantFrom(0, 0, 0, 1, 10, 40, 300_000);
const grantId = fc.constantFrom('g1', 'g2', 'g3', 'g4', 'g5', 'g6');
const reservationId = fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9');
const amount = fc.constantFrom(1, 5, 5, 20, 20, 35, 70, 200, 0, -3, 2_000_000_000_000);

/** Expiries in seconds from the start of the history: some pass while it runs, at the very instant too. */
const grantStep = fc.record({
  account,
  id: grantId,
  source: fc.constantFrom('top_up', 'plan'),
  band: fc.constantFrom(1, 2, 3),
  amount,
  expiresAt: fc.constantFrom(10, 11, 50, 400_000, NEVER, NEVER),
});
const reserveStep = fc
  .record({
    account,
    id: reservationId,
    amount,
    reason: fc.constant('generation'),
    job: fc.constantFrom('j1', 'j1', 'j2'),
  })
  .chain((step) => fc.constantFrom(step, step, step, { ...step, amount: 0, reason: 'free_retry' }));
const group = fc
  .tuple(account, fc.array(reserveStep, { minLength: 2, maxLength: 4 }))
  .map(([name, steps]) => steps.map((step) => ({ ...step, account: name })));
const unit = fc.oneof(
  { weight: 4, arbitrary: reserveStep.map((step) => [step]) },
  { weight: 1, arbitrary: group },
);
const settleStep: fc.Arbitrary<SettleStep> = fc.record({
  account,
  id: reservationId,
  verb: fc.constantFrom('commit', 'commit', 'release'),
  amount: fc.oneof({ weight: 20, arbitrary: amount }, fc.constant(null)),
  policy: fc.constantFrom('return_grant', 'expire'),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ verb: fc.constant('grant'), wait, items: fc.array(grantStep, { minLength: 1, maxLength: 7 }) }),
  fc.record({ verb: fc.constant('reserve'), wait, units: fc.array(unit, { minLength: 1, maxLength: 9 }) }),
  fc.record({
    verb: fc.constant('settle'),
    wait,
    items: fc.array(settleStep, { minLength: 1, maxLength: 9 }),
  }),
  {
    weight: 1,
    arbitrary: fc.record({ verb: fc.constant('void'), wait: fc.constant(0), account, grant: grantId }),
  },
);
const history = fc
  .tuple(fc.array(grantStep, { minLength: 4, maxLength: 8 }), fc.array(step, { minLength: 2, maxLength: 8 }))
  .map(([grants, steps]): Step[] => [{ verb: 'grant', wait: 0, items: grants }, ...steps]);

let ledger: LedgerFixture;
let runs = 0;
beforeAll(async () => {
  ledger = await createLedgerFixture();
});
afterAll(() => ledger.close());

test('an array of items does what its items do one by one, and what the rules say', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      runs += 1;
      await ledger.setClock(new Date(START));
      const arrays = await openPlayer(`${String(runs)}a_`);
      const items = await openPlayer(`${String(runs)}b_`);
      const model = new ModelLedger();
      for (const name of ACCOUNTS) model.open(name);
      let now = 0;
      for (const played of steps) {
        now += played.wait;
        await ledger.setClock(new Date(START + now * 1_000));
        const expected = playOnModel(model, played, now);
        expect(await playAsArray(arrays, played)).toEqual(expected);
        expect(await playItemByItem(items, played)).toEqual(expected);
      }
      expect(await tablesOf(arrays)).toEqual(await tablesOf(items));
      expect(await grantsOf(arrays)).toEqual(modelGrants(model));
      await ledger.expectReconciled();
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: TIME_LIMIT_MS },
  );
});

type Player = { readonly prefix: string };

async function openPlayer(prefix: string): Promise<Player> {
  for (const name of ACCOUNTS) await ledger.openAccount(prefix + name);
  return { prefix };
}

function playOnModel(model: ModelLedger, played: Step, now: number): string[] {
  switch (played.verb) {
    case 'grant':
      return played.items.map((item) => model.grant(item, now));
    case 'reserve':
      return played.units.flatMap((items) => model.reserve(items, now));
    case 'settle':
      return played.items.map((item) => model.settle(item, now));
    case 'void':
      model.void(played.account, played.grant, now);
      return [];
  }
}

async function playAsArray(player: Player, played: Step): Promise<unknown[]> {
  if (played.verb === 'void') return voidGrant(player, played);
  return outcomesOf(verbOf(played), callsOf(player, played).flat());
}

async function playItemByItem(player: Player, played: Step): Promise<unknown[]> {
  if (played.verb === 'void') return voidGrant(player, played);
  const outcomes: unknown[] = [];
  for (const items of callsOf(player, played)) outcomes.push(...(await outcomesOf(verbOf(played), items)));
  return outcomes;
}

function verbOf(played: Exclude<Step, { verb: 'void' }>): RawVerb {
  return ledger[played.verb];
}

/** What is one call when items go one by one: an item, or a group, which cannot be divided. */
function callsOf(player: Player, played: Exclude<Step, { verb: 'void' }>): readonly (readonly object[])[] {
  const at = (name: string) => player.prefix + name;
  switch (played.verb) {
    case 'grant':
      return played.items.map((item) => {
        const expiresAt = item.expiresAt === NEVER ? null : new Date(START + item.expiresAt * 1_000);
        const { source, band } = item;
        return [grantItem(at(item.account), item.id, item.amount, { source, band, expires_at: expiresAt })];
      });
    case 'reserve':
      return played.units.map((items, index) =>
        items.map(({ account: name, id, amount: credits, reason, job }) => {
          const groupId = items.length > 1 ? `group ${String(index)}` : null;
          return reserveItem(at(name), id, credits, { reason, job_id: job, group_id: groupId });
        }),
      );
    case 'settle':
      return played.items.map(({ account: name, id, verb, amount: credits, policy }) => {
        const item = verb === 'commit' ? commitItem(at(name), id, credits) : releaseItem(at(name), id);
        return [{ ...item, expired_policy: policy }];
      });
  }
}

async function outcomesOf(verb: RawVerb, items: readonly object[]): Promise<unknown[]> {
  return (await verb(items)).map((row) => row['outcome']);
}

async function voidGrant(player: Player, played: Extract<Step, { verb: 'void' }>): Promise<unknown[]> {
  await ledger.void([
    { account_id: player.prefix + played.account, grant_id: played.grant, reason: 'charge-back' },
  ]);
  return [];
}

/** Everything the ledger holds of a player's accounts, without the prefix. */
async function tablesOf(player: Player): Promise<unknown> {
  const tables: Record<string, unknown> = {};
  const keys = {
    accounts: 'account_id',
    grants: 'account_id, grant_id',
    reservations: 'account_id, reservation_id',
    entries: 'account_id, seq',
  };
  for (const [table, key] of Object.entries(keys)) {
    const { rows } = await ledger.owner.query<{ account_id: string }>(
      `SELECT * FROM ledger.${table} WHERE starts_with(account_id, $1) ORDER BY ${key}`,
      [player.prefix],
    );
    tables[table] = rows.map((row) => ({ ...row, account_id: row.account_id.slice(player.prefix.length) }));
  }
  return tables;
}

async function grantsOf(player: Player): Promise<unknown> {
  const { rows } = await ledger.owner.query<Record<string, string>>(
    `SELECT account_id, grant_id, available, reserved, spent, expired, voided FROM ledger.grants
     WHERE starts_with(account_id, $1) ORDER BY account_id, grant_id`,
    [player.prefix],
  );
  return rows.map(({ account_id: name, grant_id: id, ...buckets }) => ({
    key: `${(name ?? '').slice(player.prefix.length)} ${String(id)}`,
    buckets: Object.values(buckets).map(Number),
  }));
}

function modelGrants(model: ModelLedger): unknown {
  const grants = [...model.accounts].flatMap(([name, { grants: held }]) =>
    held.map((grant) => ({
      key: `${name} ${grant.id}`,
      buckets: [grant.available, grant.reserved, grant.spent, grant.expired, grant.voided],
    })),
  );
  return grants.sort((a, b) => (a.key < b.key ? -1 : 1));
}
