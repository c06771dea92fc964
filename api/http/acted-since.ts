import { z } from 'zod';
import { instantText } from '../../domain/instant-text.ts';
import { sqlDetailOf, sqlStateOf } from '../../ledger/sql-state.ts';
import { Problem } from './problem.ts';

/** SQLSTATE of ledger.refuse_if_acted. */
const ACTED_SINCE = 'HF006';

/** What another has done since a dry run was read. */
const acted = z.object({ actor: z.string(), action: z.string(), at: z.string(), reason: z.string() });

/** The refusal of a call that was decided on a dry run, where another has done the same since; null for any other error. */
export function actedSinceProblem(error: unknown): Problem | null {
  if (sqlStateOf(error) !== ACTED_SINCE) return null;
  const { actor, action, at, reason } = acted.parse(JSON.parse(sqlDetailOf(error) ?? '{}'));
  const when = `${instantText(at).slice('YYYY-MM-DDT'.length, 'YYYY-MM-DDThh:mm:ss'.length)} UTC`;
  return new Problem('state_conflict', {
    reason: 'acted_since',
    billed: 'no',
    detail: `Nothing was done: since you were shown this, ${actor} did “${action.replaceAll('_', ' ')}” (${when}, “${reason}”). Look again first.`,
  });
}
