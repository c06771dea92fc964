import { isJobId } from '../../domain/ids.ts';
import { accountOf } from '../../jobs/reads/account-of.ts';
import type { StoredJob } from '../../jobs/reads/read-job.ts';
import type { Database } from '../../ledger/database.ts';
import { hasScope, namedAccount, requireLiveKey, type ActingFor } from './authorize.ts';
import { notFound } from '../http/problem.ts';
import { requireJob } from './require-job.ts';
import { pathParameter, type CallerExchange } from '../http/route.ts';

export type JobOfPathDeps = { readonly database: Database; readonly actingFor: ActingFor };

/**
 * The job of a path, for a platform key: of the account in Holdfast-Account; for support, which has the job's id alone,
 * of any account. Throws invalid_request, forbidden and not_found.
 */
export async function jobOfPath(
  deps: JobOfPathDeps,
  exchange: CallerExchange,
): Promise<{ readonly accountId: string; readonly job: StoredJob }> {
  const jobId = pathParameter(exchange.request, 'id');
  const accountId = await accountOfPath(deps, exchange, jobId);
  exchange.state.accountId = accountId;
  return { accountId, job: await requireJob(deps.database, accountId, jobId) };
}

async function accountOfPath(
  { database, actingFor }: JobOfPathDeps,
  { request, caller }: CallerExchange,
  jobId: string,
): Promise<string> {
  const isNamed = namedAccount(request, caller) !== undefined;
  // Another scope of the call (billing:write) acts for the account it names.
  if (isNamed || !hasScope(caller, ['support'])) return (await actingFor(request, caller)).accountId;
  requireLiveKey(caller);
  const accountId = isJobId(jobId) ? await accountOf(database, jobId) : null;
  if (accountId === null) throw notFound('job');
  return accountId;
}
