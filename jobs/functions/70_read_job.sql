-- One job with its outputs and its money, as the API shows it (links are the API's); null: no such job.
CREATE OR REPLACE FUNCTION jobs.read_job(p_account_id text, p_job_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', j.job_id, 'kind', j.kind, 'state', j.state, 'created_at', j.created_at, 'expected_by', j.expected_by,
    'returned_automatically_by', j.return_by, 'finished_at', j.finished_at, 'progress', j.progress,
    'failure', j.failure, 'event_seq', j.event_seq, 'metadata', j.metadata,
    'title', (
      SELECT jobs.title_of(o.work) FROM jobs.outputs_of(j.account_id, j.job_id) o ORDER BY o.item, o.variation LIMIT 1),
    'billing', (
      SELECT jsonb_build_object(
        'price_list', j.price_list, 'quoted', j.quoted,
        'reserved', coalesce(sum(r.amount) FILTER (WHERE r.state = 'open'), 0),
        'committed', coalesce(sum(r.committed), 0), 'returned', coalesce(sum(r.released), 0),
        'refunded', coalesce(sum(r.refunded), 0),
        'entry_seqs', coalesce((
          SELECT jsonb_agg(e.seq ORDER BY e.seq) FROM unnest(array_agg(r.reservation_id)) i,
               LATERAL ledger.entries_of_reservation(j.account_id, i) e (seq)), '[]'))
      FROM jobs.outputs_of(j.account_id, j.job_id) o
      CROSS JOIN LATERAL ledger.reservation_of(o.account_id, o.reservation_id) r),
    'outputs', (
      SELECT jsonb_agg(v) FROM (
        SELECT o.output_id AS id, o.item, o.variation, o.state, o.credits, o.reservation_id, o.failure, o.content_type,
               o.bytes, o.sha256, o.attempts, o.expires_at, o.has_c2pa
        FROM jobs.outputs_of(j.account_id, j.job_id) o ORDER BY o.item, o.variation) v))
  FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = p_job_id
$$;

-- A page of an account's jobs, newest first, after the position (p_at, p_job_id) where the last page ended. A null
-- filter filters nothing. created_at is text: a position keeps its microseconds.
CREATE OR REPLACE FUNCTION jobs.list_jobs(
  p_account_id text, p_state text, p_kind text, p_created_after timestamptz, p_created_before timestamptz,
  p_at timestamptz, p_job_id text, p_limit int
) RETURNS TABLE (job jsonb, created_at text, job_id text) LANGUAGE sql STABLE AS $$
  SELECT jobs.read_job(p_account_id, j.job_id), j.created_at::text, j.job_id FROM jobs.jobs j
  WHERE j.account_id = p_account_id AND j.created_at > '-infinity'
    AND (p_at IS NULL OR (j.created_at, j.job_id) < (p_at, p_job_id))
    AND (p_state IS NULL OR j.state = p_state)
    AND (p_kind IS NULL OR j.kind = p_kind)
    -- Callers know a job's time to the millisecond: a job of that millisecond is not after it.
    AND (p_created_after IS NULL OR j.created_at >= p_created_after + interval '1 millisecond')
    AND (p_created_before IS NULL OR j.created_at < p_created_before)
  ORDER BY j.created_at DESC, j.job_id DESC LIMIT p_limit
$$;

-- A job's result, for its workflow: counts, credits, and each output once the job has ended. No row: no such job.
CREATE OR REPLACE FUNCTION jobs.read_job_result(p_account_id text, p_job_id text) RETURNS TABLE (
  state text, failure_code text, outputs int, succeeded int, failed int, canceled int, committed bigint,
  returned bigint, left_seconds float, each jsonb
) LANGUAGE sql STABLE AS $$
  SELECT j.state, j.failure->>'code', j.outputs, j.succeeded, j.failed, j.canceled, c.committed, c.returned,
         extract(epoch FROM j.return_by - ledger.clock_of(p_account_id))::float,
         CASE WHEN j.finished_at IS NOT NULL THEN c.each END
  FROM jobs.jobs j, LATERAL (
    SELECT coalesce(sum(r.committed), 0)::bigint AS committed, coalesce(sum(r.released), 0)::bigint AS returned,
           jsonb_agg(jsonb_build_object(
             'id', o.output_id, 'item', o.item, 'variation', o.variation, 'state', o.state, 'credits', o.credits,
             'failure', o.failure, 'sha256', o.sha256, 'content_type', o.content_type, 'bytes', o.bytes)
             ORDER BY o.item, o.variation) AS each
    FROM jobs.outputs_of(j.account_id, j.job_id) o
    CROSS JOIN LATERAL ledger.reservation_of(o.account_id, o.reservation_id) r) c
  WHERE j.account_id = p_account_id AND j.job_id = p_job_id
$$;
