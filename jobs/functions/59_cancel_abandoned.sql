-- Ends outputs that no workflow works on any more as canceled, for the customer who asks: their credits return now, and what still runs
-- at a provider is noted to be stopped. One that has ended keeps its end. p_call: as of jobs.release_job.
CREATE OR REPLACE FUNCTION jobs.cancel_abandoned(p_account_id text, p_job_id text, p_call jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_now timestamptz := ledger.lock(p_account_id);
BEGIN
  PERFORM jobs.release_job(p_account_id, p_job_id, p_call, v_now);
END $$;
