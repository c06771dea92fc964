-- Keeps the answer of a run that was the answer to its post, and with it that the attempt was accepted: from then on
-- any worker fetches what it links to. Repeated, it returns how the attempt stands. Forgets what attempts that were
-- given up have left: a link that old leads nowhere.
CREATE OR REPLACE FUNCTION jobs.keep_answer(
  p_account_id text, p_reference text, p_run text, p_answer jsonb
) RETURNS TABLE (state text, provider_job_id text, error_class text) LANGUAGE plpgsql AS $$
DECLARE
  v_move record := jobs.move_attempt(p_account_id, p_reference, '{posting,unknown}', 'accepted', p_run, NULL);
BEGIN
  INSERT INTO jobs.answers (account_id, reference, answer, kept_at)
  SELECT p_account_id, p_reference, p_answer, now() WHERE v_move.is_moved;
  DELETE FROM jobs.answers k WHERE k.kept_at < now() - interval '7 days';
  RETURN QUERY SELECT v_move.state, v_move.provider_job_id, NULL::text;
END $$;

-- Null: none was kept, or its attempt has ended.
CREATE OR REPLACE FUNCTION jobs.read_answer(p_account_id text, p_reference text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT k.answer FROM jobs.answers k WHERE k.account_id = p_account_id AND k.reference = p_reference
$$;

CREATE OR REPLACE FUNCTION jobs.forget_answer(p_account_id text, p_reference text) RETURNS void LANGUAGE sql AS $$
  DELETE FROM jobs.answers k WHERE k.account_id = p_account_id AND k.reference = p_reference
$$;
