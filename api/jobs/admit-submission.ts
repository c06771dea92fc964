import { NO_SOURCES } from '../../domain/work/work.ts';
import type { Refusal, StartJob } from '../../client/start-job.ts';
import type { JobRequest } from '../../domain/work/job-request.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { creditsIfKnown, hasEdits, workItemsOf } from '../../domain/prices/quote.ts';
import { notOfferedErrors, type RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { readEditSources } from '../../jobs/admission/read-edit-sources.ts';
import { readSubmission, type StoredAdmission } from '../../jobs/admission/read-submission.ts';
import type { Database } from '../../ledger/database.ts';
import { invalidRequest, notFound, Problem, unavailable } from '../http/problem.ts';
import { REPLAYED } from '../http/replayed.ts';
import type { AdmissionQueue } from './admission-queue.ts';
import { problemOfRefusal } from './refusal-problem.ts';
import { tooManyJobs } from './too-many-jobs.ts';
import type { PricingOf } from '../../ledger/price-lists.ts';

/** A parsed job body, named by its key. */
export type JobSubmission = Keyed & {
  readonly body: Readonly<Record<string, unknown>>;
  readonly request: JobRequest;
};

type Keyed = { readonly accountId: string; readonly jobId: string; readonly fingerprint: string };

type Admitted = {
  /** True: an earlier request under this key was admitted, or is being admitted, with the same body. */
  readonly isReplay: boolean;
};

/** Reads what is on record of a submission, changes nothing, and returns the effect. */
export type PrepareAdmission = (
  submission: JobSubmission,
  rules: RequestRules,
) => Promise<() => Promise<Admitted>>;

/** The limit of a start; and with its wait in the queue, a little less than a response may take. */
const START_TIMEOUT_MS = 10_000;
const RESPOND_WITHIN_MS = 13_000;

/** For a request without edits. */
const NO_EDITS = { outcome: 'found', sourceOf: NO_SOURCES } as const;

/**
 * Admits a submission, once per key: a recorded outcome is replayed, anything else is started. Throws the problem of a
 * refusal, the first time or replayed; `unavailable` when a start was sent and Temporal has not responded.
 */
export function createPrepareAdmission(deps: {
  readonly database: Database;
  readonly startJob: StartJob;
  readonly admissions: AdmissionQueue;
  readonly pricingOf: PricingOf;
}): PrepareAdmission {
  const { database, startJob, admissions, pricingOf } = deps;

  async function start(submission: Parameters<StartJob>[0]): Promise<Admitted> {
    const result = await admissions.run((waitedMs) =>
      startJob({ ...submission, timeoutMs: Math.min(START_TIMEOUT_MS, RESPOND_WITHIN_MS - waitedMs) }),
    );
    switch (result.outcome) {
      case 'reserved':
        return { isReplay: result.isReplay };
      case 'refused':
        throw problemOfRefusal(result.refusal, result.isReplay ? REPLAYED : {});
      case 'key_reused':
        throw keyReused(submission.jobId);
      case 'unavailable':
        throw unavailable(
          'It is not known whether the job was admitted: send it again with the same Idempotency-Key.',
        );
      case 'closed':
        return await recorded(submission);
      default:
        return assertNever(result);
    }
  }

  /** The workflow has closed without an answer: what it did is on record, or it did nothing. */
  async function recorded(submission: Keyed): Promise<Admitted> {
    const { admission: known } = await readSubmission(database, submission);
    if (known !== null) return replay(known, submission)();
    throw new Problem('state_conflict', {
      detail: 'The job was ended from outside before it was admitted. Submit it with a new Idempotency-Key.',
    });
  }

  return async (submission, rules) => {
    const { accountId, jobId, request } = submission;
    const [record, sources, pricing] = await Promise.all([
      readSubmission(database, { accountId, jobId, quoteId: request.quote_id }),
      hasEdits(request) ? readEditSources(database, accountId, workItemsOf(request)) : NO_EDITS,
      pricingOf(accountId),
    ]);
    if (record.admission !== null) return replay(record.admission, submission);
    const notOffered = notOfferedErrors(request, rules);
    if (notOffered.length > 0) throw invalidRequest(notOffered);
    if (request.quote_id !== undefined && record.quote === null) throw notFound('quote');
    if (sources.outcome === 'refused' && sources.refusal.code === 'not_found') {
      throw problemOfRefusal(sources.refusal, {});
    }
    const sourceOf = sources.outcome === 'found' ? sources.sourceOf : undefined;
    // Nothing is recorded for one job too many, so that its key can be used again.
    if (record.reachedJobLimit !== null) throw tooManyJobs(record.reachedJobLimit);
    const credits = record.quote?.price.total ?? creditsIfKnown(request, pricing, sourceOf);
    return () => start({ ...submission, credits });
  };
}

function replay(known: StoredAdmission, submission: Keyed): () => Promise<Admitted> {
  if (known.fingerprint !== submission.fingerprint) throw keyReused(submission.jobId);
  if (known.outcome.outcome === 'refused') {
    // Written by admit (jobs/functions/11_admit.sql) in the form of a refusal.
    throw problemOfRefusal(
      { ...known.outcome, fingerprint: known.fingerprint } as unknown as Refusal,
      REPLAYED,
    );
  }
  return () => Promise.resolve({ isReplay: true });
}

function keyReused(jobId: string): Problem {
  return new Problem('idempotency_key_reused', { job_id: jobId, billed: 'no' });
}
