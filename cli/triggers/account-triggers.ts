import { randomUUID } from 'node:crypto';
import type { AccountEvent, Grant } from '../../client/http/http-client.ts';
import type { EventType } from '../../domain/event-types.ts';
import { untilClockIsReady } from '../until-clock-is-ready.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { printProgress } from '../show/terminal.ts';
import type { Sandbox } from './sandbox.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Longer than the three days before its expiry at which a grant is told of, and within the two months that a clock is moved by. */
const GRANT_LIVES_MS = 7 * DAY_MS;
const TOLD_BY_MS = 2 * DAY_MS;
const GRANTED_CREDITS = 100;

const TRIGGERS = {
  'credits.expiring': (sandbox: Sandbox) => expireIn(sandbox, -TOLD_BY_MS),
  'credits.expired': (sandbox: Sandbox) => expireIn(sandbox, HOUR_MS),
  'plan.renewed': renewPlan,
  'grant.voided': voidGrant,
} as const satisfies Partial<Record<EventType, (sandbox: Sandbox) => Promise<void>>>;

export type AccountTriggerType = keyof typeof TRIGGERS;

export function isAccountTrigger(type: EventType): type is AccountTriggerType {
  return Object.hasOwn(TRIGGERS, type);
}

/** Brings an event of the account about that no job has: what falls due by time, by moving the account's own clock on. */
export async function triggerInAccount(sandbox: Sandbox, type: AccountTriggerType): Promise<AccountEvent> {
  const { account } = sandbox;
  const last = (await eventsOf(sandbox, type, 0)).at(-1)?.sequence ?? 0;
  await TRIGGERS[type](sandbox);
  const [event] = await eventsOf(sandbox, type, last);
  if (event !== undefined) return event;
  throw new CommandError(
    `${account} was not told of ${type}. What it was told of: events ${account}`,
    EXIT_CODE.failed,
  );
}

async function eventsOf({ holdfast, account }: Sandbox, type: EventType, after: number) {
  const events: AccountEvent[] = [];
  for await (const event of holdfast.pastEvents({ type, after }, { account })) events.push(event);
  return events;
}

/** Grants credits that expire, and moves the clock to so long after that; a negative time is before it. */
async function expireIn(sandbox: Sandbox, afterExpiryMs: number): Promise<void> {
  const { holdfast, account } = sandbox;
  const { now } = await holdfast.accounts.clock(account);
  const expiresAt = Date.parse(now) + GRANT_LIVES_MS;
  await grantSome(sandbox, { expires_at: new Date(expiresAt).toISOString() });
  await moveClock(sandbox, new Date(expiresAt + afterExpiryMs));
}

/** The plan that it has, or the catalogue's first; to the end of its period. */
async function renewPlan(sandbox: Sandbox): Promise<void> {
  const { holdfast, account } = sandbox;
  const { plans } = await holdfast.catalogue({ account });
  const plan = (await holdfast.accounts.plan(account)).plan ?? plans[0]?.name;
  if (plan === undefined)
    throw new CommandError('The catalogue has no plan, so none is renewed.', EXIT_CODE.failed);
  const held = await holdfast.accounts.setPlan(account, {
    ...{ plan, reference: `holdfast-trigger-${randomUUID()}`, renewal: 'automatic' },
  });
  if (held.period_end === null) throw new CommandError(`The plan ${plan} has no period.`, EXIT_CODE.failed);
  await moveClock(sandbox, new Date(Date.parse(held.period_end) + HOUR_MS));
}

async function voidGrant(sandbox: Sandbox): Promise<void> {
  const { id } = await grantSome(sandbox, {});
  await sandbox.holdfast.grants.void(id, 'holdfast trigger');
}

function grantSome(
  { holdfast, account }: Sandbox,
  options: { readonly expires_at?: string },
): Promise<Grant> {
  return holdfast.grants.create(account, {
    ...{ source: 'goodwill', credits: GRANTED_CREDITS, reason: 'holdfast trigger', ...options },
    reference: `holdfast-trigger-${randomUUID()}`,
  });
}

async function moveClock({ holdfast, account }: Sandbox, to: Date): Promise<void> {
  printProgress(`${account}: its clock moves to ${to.toISOString()} …`);
  await holdfast.accounts.advanceClock(account, to);
  await untilClockIsReady(() => holdfast.accounts.clock(account));
}
