import type { AdvanceClock } from '../../client/move-clock.ts';
import { CALLS } from '../../contract/calls.ts';
import type { ClockView } from '../../contract/shapes/account-shapes.ts';
import type { Database } from '../../ledger/database.ts';
import { askClock, MAX_CLOCK_MONTHS, readClock, type AccountClock } from '../../ledger/test-clock.ts';
import { actorOf } from '../access/actor.ts';
import { visibleAccount } from '../access/path-account.ts';
import { invalidPart, notFound, Problem } from '../http/problem.ts';
import { readBody } from '../http/request/read-body.ts';
import { route, type Route } from '../http/route.ts';
import { showAccountRoute } from './account-routes.ts';

/**
 * POST /v1/accounts/{id}/clock: moves the clock of a test account. The target is stored before the response, so that it
 * is reached even if the workflow that does it at once fails.
 */
export function advanceClockRoute(deps: {
  readonly database: Database;
  readonly advanceClock: AdvanceClock;
}): Route {
  const call = CALLS.advanceClock;
  return route(call, {
    async prepare(exchange) {
      const accountId = await visibleAccount(deps.database, exchange);
      const actor = actorOf(exchange.request, exchange.caller);
      const { body } = await readBody(exchange, call.body);
      return async () => {
        const clock = await ask(deps.database, { accountId, actor, target: body.advance_to });
        await deps.advanceClock(accountId);
        exchange.response.status(202).set('Cache-Control', 'no-store').json(viewOf(clock));
      };
    },
  });
}

/** GET /v1/accounts/{id}/clock. */
export function readClockRoute({ database }: { readonly database: Database }): Route {
  return showAccountRoute(database, CALLS.readClock, async (accountId) => {
    const clock = await readClock(database, accountId);
    if (clock === null) throw notFound('account');
    return viewOf(clock);
  });
}

async function ask(database: Database, asked: Parameters<typeof askClock>[1]): Promise<AccountClock> {
  const clock = await askClock(database, asked);
  switch (clock.outcome) {
    case 'asked':
    case 'there':
      return clock;
    case 'account_not_found':
      throw notFound('account');
    case 'live_account':
      throw new Problem('state_conflict', {
        detail: 'The clock of a live account is ours: open one with "mode": "test".',
      });
    case 'advancing':
      throw new Problem('state_conflict', {
        detail: `The clock is on its way to ${clock.target?.toISOString() ?? 'another instant'}: wait until it is ready.`,
      });
    case 'in_the_past':
      throw invalidPart(
        '/advance_to',
        'in_the_past',
        `Later than the account’s now, ${clock.now.toISOString()}.`,
      );
    case 'too_far':
      throw invalidPart(
        '/advance_to',
        'too_large',
        `At most ${String(MAX_CLOCK_MONTHS)} months after the account’s now, ${clock.now.toISOString()}.`,
      );
  }
}

function viewOf({ now, target }: AccountClock): ClockView {
  return { now: now.toISOString(), state: target === null ? 'ready' : 'advancing' };
}
