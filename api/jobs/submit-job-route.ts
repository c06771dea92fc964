import { CALLS } from '../../contract/calls.ts';
import { fingerprintJson, jobIdOf } from '../../contract/derived-ids.ts';
import {
  parseJobRequest,
  rulesFor,
  type RequestRules,
} from '../../contract/job-request/parse-job-request.ts';
import { isTerminal } from '../../domain/work/job-state.ts';
import { readJob, type StoredJob } from '../../jobs/reads/read-job.ts';
import type { Database } from '../../ledger/database.ts';
import type { JobSubmission, PrepareAdmission } from './admit-submission.ts';
import { REPLAYED } from '../http/replayed.ts';
import type { SendJob } from './send-job.ts';
import { DatabaseUnavailable } from '../http/available-database.ts';
import { awaitJobEnd } from './await-job-end.ts';
import type { AccountFeeds } from '../events/account-feeds.ts';
import { jobPath } from '../../jobs/reads/job-view.ts';
import { invalidRequest, unavailable } from '../http/problem.ts';
import { readJsonBody } from '../http/request/read-json-body.ts';
import { preferredWaitMs, readIdempotencyKey } from '../http/request/request-headers.ts';
import { type Route, route } from '../http/route.ts';

/** When to read a running job again. */
const RETRY_AFTER_SECONDS = 2;

/** POST /v1/jobs: admits a job, reserves its credits and starts it. */
export function submitJobRoute(deps: {
  readonly database: Database;
  readonly feeds: AccountFeeds;
  readonly now: () => number;
  readonly rules: RequestRules;
  readonly prepareAdmission: PrepareAdmission;
  readonly sendJob: SendJob;
}): Route {
  return route(CALLS.submitJob, {
    async prepare(exchange) {
      const { request, response, state, accountId } = exchange;
      const rules = rulesFor(deps.rules, exchange.mode);
      const key = readIdempotencyKey(request);
      const body = await readJsonBody(request, response);
      const submission = submissionOf(accountId, key, body, rules);
      state.jobId = submission.jobId;
      const admit = await deps.prepareAdmission(submission, rules);
      return async () => {
        const { isReplay } = await admit();
        // From here on its credits are known to be reserved, whatever becomes of the response.
        state.billed = 'yes';
        const admitted = await readAdmitted(deps.database, accountId, submission.jobId);
        const waitMs = preferredWaitMs(request);
        const { job, hasWaited } = await awaitJobEnd(deps, exchange, admitted, waitMs);
        // A job that ended within its own submission is still 202, unless the caller waited for the end.
        const isSeenToItsEnd = isTerminal(job.state) && (isReplay || hasWaited);
        response.set({
          Location: jobPath(job.id),
          ...(isReplay ? REPLAYED : {}),
          ...(hasWaited ? { 'Preference-Applied': `wait=${String(waitMs / 1_000)}` } : {}),
          ...(isSeenToItsEnd ? {} : { 'Retry-After': String(RETRY_AFTER_SECONDS) }),
        });
        deps.sendJob(exchange, job, isSeenToItsEnd ? 200 : 202);
      };
    },
  });
}

/** Parses a job body and names it by its key. Throws invalid_request, which uses up no key. */
function submissionOf(accountId: string, key: string, body: unknown, rules: RequestRules): JobSubmission {
  const parsed = parseJobRequest(body, rules);
  if (!parsed.ok) throw invalidRequest(parsed.errors);
  const sent = body as Readonly<Record<string, unknown>>;
  return {
    accountId,
    jobId: jobIdOf(accountId, key),
    body: sent,
    request: parsed.request,
    fingerprint: fingerprintJson(sent),
  };
}

/** Reads the admitted job. Throws `unavailable`, which says that it was admitted, when it cannot be read. */
async function readAdmitted(database: Database, accountId: string, jobId: string): Promise<StoredJob> {
  try {
    const job = await readJob(database, accountId, jobId);
    if (job === null) throw new RangeError(`an admitted job is not on record: ${jobId}`);
    return job;
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    throw unavailable(
      `The job was admitted and its credits are reserved, but it could not be read just now. Read ${jobPath(jobId)}.`,
      { job_id: jobId },
    );
  }
}
