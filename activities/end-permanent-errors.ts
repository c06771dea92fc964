import { ApplicationFailure, Context, log } from '@temporalio/activity';
import { isNotNow, isOperatorsToMend, sqlStateOf } from '../ledger/sql-state.ts';

/**
 * Tries of a call that meets what an operator must fix: a migration that comes after its workers, a missing grant. By
 * their own pauses ten minutes of a local activity, half an hour of a settlement. (A local activity does not know when
 * its first try was.)
 */
const OPERATORS_TRIES = 60;

type Activity = (...args: never[]) => Promise<unknown>;

/**
 * Wraps activities so that an error which will never change is not retried forever: what PostgreSQL refuses because of
 * the call's values, and a RangeError, which is our fault, fail for good, with the type `sql_22007` or `range_error`.
 * What PostgreSQL cannot do now is retried as before. Failures can be read in Temporal UI, so the message of a data
 * exception, which repeats the data, goes to our log alone.
 */
export function endPermanentErrors<Activities extends Readonly<Record<string, Activity>>>(
  activities: Activities,
): Activities {
  return Object.fromEntries(
    Object.entries(activities).map(([name, run]) => [name, ending(name, run)]),
  ) as unknown as Activities;
}

function ending(name: string, run: Activity): Activity {
  return async (...args) => {
    try {
      return await run(...args);
    } catch (error) {
      const type = typeOfPermanent(error);
      if (type === null) throw error;
      log.error('an activity failed and is not retried: the same call would fail again', {
        activity: name,
        type,
        error,
      });
      throw ApplicationFailure.nonRetryable(`${name} cannot be done: ${wordsOf(error, type)}`, type);
    }
  };
}

const DATA_EXCEPTION = /^sql_22/;

function wordsOf(error: unknown, type: string): string {
  return error instanceof Error && !DATA_EXCEPTION.test(type) ? `${type}: ${error.message}` : type;
}

/** Null: the same call may succeed later. */
function typeOfPermanent(error: unknown): string | null {
  if (error instanceof RangeError) return 'range_error';
  const sqlState = sqlStateOf(error);
  if (sqlState === null || isNotNow(sqlState)) return null;
  if (isOperatorsToMend(sqlState) && Context.current().info.attempt < OPERATORS_TRIES) return null;
  return `sql_${sqlState}`;
}
