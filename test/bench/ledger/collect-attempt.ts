import type pg from 'pg';
import { groupCommitByAccount } from '../../../ledger/group-commit.ts';
import { BYTES, CONTENT_TYPE, PROVIDER, SHA256, type BenchJob } from './bench-job.ts';

/** Writes the rows of attempts as their activities leave them: accepted, and their result collected. Not what is measured. */
export function createCollectAttempt(pool: pg.Pool): (job: BenchJob) => Promise<void> {
  const insert = groupCommitByAccount(async (jobs: readonly BenchJob[]) => {
    await pool.query({
      name: 'bench.collect',
      text: `INSERT INTO jobs.attempts (account_id, reference, job_id, output_id, stage, is_last_stage, number, provider, model, state, provider_job_id,
                                        billed, sha256, content_type, bytes, submitter, posted_at, resolved_at)
             SELECT a.account_id, a.reference, a.job_id, a.output_id, 'render', true, 1, $5, 'render', 'collected', a.reference,
                    'yes', $6, $7, $8, 'bench', clock_timestamp(), clock_timestamp()
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) a (account_id, reference, job_id, output_id)`,
      values: [
        jobs.map((job) => job.accountId),
        jobs.map((job) => job.reference),
        jobs.map((job) => job.jobId),
        jobs.map((job) => job.outputId),
        PROVIDER,
        SHA256,
        CONTENT_TYPE,
        BYTES,
      ],
    });
    return jobs.map(() => undefined);
  });
  return insert;
}
