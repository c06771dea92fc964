import type { StoredJob } from '../jobs/read-job.ts';
import { viewJob, type TemporalUi } from './job-view.ts';
import type { AccountExchange } from './route.ts';

export type AnswerJob = (exchange: AccountExchange, job: StoredJob, status: 200 | 202) => void;

/** Answers with a job, its weak ETag being the number of its last event. */
export function createAnswerJob(temporalUi: TemporalUi): AnswerJob {
  return ({ response, accountId, caller }, job, status) => {
    response
      .status(status)
      .set(jobCaching(job))
      .json(viewJob(job, accountId, caller.accountId === null ? temporalUi : null));
  };
}

/** What a cache is told of a job, with its body or without (304). */
export function jobCaching(job: StoredJob) {
  return {
    ETag: jobETag(job),
    'Cache-Control': 'private, no-cache',
    Vary: 'Authorization, Holdfast-Account',
  };
}

export function jobETag(job: StoredJob): string {
  return `W/"${String(job.event_seq)}"`;
}

/** Whether an If-None-Match names a tag; weak comparison (RFC 9110, 13.1.2). */
export function matchesETag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag));
}
