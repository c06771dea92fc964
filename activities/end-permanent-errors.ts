import { ApplicationFailure, Context, log } from '@temporalio/activity';
import { isNotNow, isOperatorsToMend, sqlStateOf } from '../ledger/sql-state.ts';

/**
 * Tries of a call that meets what an operator has to mend: a migration that comes after its workers, a role without a grant. Ten minutes
 * of a local activity, half an hour of a settlement, by their own pauses. (The time since the first try is not known to a local one.)
 */
const OPERATORS_TRIES = 60;

type Activity = (...args: never[]) => Promise<unknown>;

/**
 * The same activities, of which none is retried forever for an error that will never be another: what PostgreSQL refuses because of
 * the values of the call, and a RangeError, which is ours, fail it for good, with a type by which the failure is known: `sql_22007`,
 * `range_error`. What PostgreSQL cannot do now is retried as before. The workflow decides what follows.
 * A failure can be read in Temporal UI, and so the message of a data exception, which repeats the data, stays in our log.
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

/** Null for an error after which the same call may succeed. */
function typeOfPermanent(error: unknown): string | null {
  if (error instanceof RangeError) return 'range_error';
  const sqlState = sqlStateOf(error);
  if (sqlState === null || isNotNow(sqlState)) return null;
  if (isOperatorsToMend(sqlState) && Context.current().info.attempt < OPERATORS_TRIES) return null;
  return `sql_${sqlState}`;
}
