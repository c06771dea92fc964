-- Up Migration
-- Unusable output: report → review → refund, free retry or denial. Reports and decisions are append-only, and a review's state
-- is what they add up to.

CREATE TABLE jobs.reviews (
  account_id text        NOT NULL,
  review_id  text        NOT NULL,
  output_id  text        NOT NULL,
  job_id     text        NOT NULL,
  -- Of the output's reviews: 1, 2, …
  number     int         NOT NULL CHECK (number > 0),
  category   text        NOT NULL CHECK (category IN ('broken', 'wrong_product', 'vague_brief', 'beyond_model', 'other')),
  note       text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, review_id),
  UNIQUE (account_id, output_id, number)
);

-- Support's list, and an account's own; and whose review it is, where only the review is named.
CREATE INDEX reviews_by_age ON jobs.reviews (created_at DESC, review_id DESC);
CREATE INDEX reviews_of_account_by_age ON jobs.reviews (account_id, created_at DESC, review_id DESC);
CREATE INDEX reviews_by_id ON jobs.reviews (review_id);

CREATE TABLE jobs.review_decisions (
  account_id   text        NOT NULL,
  review_id    text        NOT NULL,
  number       int         NOT NULL CHECK (number > 0),
  -- The caller's Idempotency-Key, and what was sent under it.
  key          text        NOT NULL,
  fingerprint  text        NOT NULL,
  decision     text        NOT NULL CHECK (decision IN ('refund', 'free_retry', 'deny')),
  reason       text        NOT NULL,
  actor        text        NOT NULL,
  -- The job that this decision admits at no credits. No other job may be free (is_free_retry).
  retry_job_id text,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (account_id, review_id, number),
  UNIQUE (account_id, key),
  CHECK ((decision = 'free_retry') = (retry_job_id IS NOT NULL))
);

CREATE UNIQUE INDEX review_decisions_by_retry ON jobs.review_decisions (account_id, retry_job_id) WHERE retry_job_id IS NOT NULL;

CREATE TRIGGER reviews_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jobs.reviews
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER review_decisions_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jobs.review_decisions
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE FUNCTION jobs.last_decision(p_account_id text, p_review_id text) RETURNS SETOF jobs.review_decisions
LANGUAGE sql STABLE AS $$
  SELECT d.* FROM jobs.review_decisions d
  WHERE d.account_id = p_account_id AND d.review_id = p_review_id ORDER BY d.number DESC LIMIT 1
$$;

-- The decision that holds: the last, unless it was a free retry that came to nothing (it ended without delivering, was refused,
-- or has not begun: whoever decided has had two minutes, twice as long as an admission takes at most). Then the
-- review is open again, and may be decided anew.
CREATE FUNCTION jobs.standing_decision(p_account_id text, p_review_id text, p_now timestamptz) RETURNS SETOF jobs.review_decisions
LANGUAGE sql STABLE AS $$
  SELECT d.* FROM jobs.last_decision(p_account_id, p_review_id) d
  LEFT JOIN jobs.jobs j ON j.account_id = d.account_id AND j.job_id = d.retry_job_id
  LEFT JOIN jobs.admissions a ON a.account_id = d.account_id AND a.job_id = d.retry_job_id
  WHERE d.decision <> 'free_retry'
    OR CASE
      WHEN j.job_id IS NOT NULL THEN j.state NOT IN ('failed', 'canceled')
      WHEN a.job_id IS NOT NULL THEN false
      ELSE p_now < d.created_at + interval '2 minutes' END
$$;

-- Whether a job may be admitted at no credits: the last decision of a review names it. One that was decided anew does not.
CREATE FUNCTION jobs.is_free_retry(p_account_id text, p_job_id text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1 FROM jobs.review_decisions d
    WHERE d.account_id = p_account_id AND d.retry_job_id = p_job_id
      AND d.number = (SELECT l.number FROM jobs.last_decision(d.account_id, d.review_id) l))
$$;

-- The output that was paid for: of a free retry, what it is the retry of; of any other, itself.
CREATE FUNCTION jobs.paid_output(p_account_id text, p_output_id text) RETURNS jobs.outputs
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE chain AS (
    SELECT o.output_id, o.job_id, 0 AS step FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.output_id = p_output_id
    UNION ALL
    SELECT o.output_id, o.job_id, c.step + 1
    FROM chain c
    JOIN jobs.review_decisions d ON d.account_id = p_account_id AND d.retry_job_id = c.job_id
    JOIN jobs.reviews r ON r.account_id = p_account_id AND r.review_id = d.review_id
    JOIN jobs.outputs o ON o.account_id = p_account_id AND o.output_id = r.output_id
  )
  SELECT o FROM jobs.outputs o
  WHERE o.account_id = p_account_id AND o.output_id = (SELECT c.output_id FROM chain c ORDER BY c.step DESC LIMIT 1)
$$;

-- What was charged for an output and has not been given back. 0: there is nothing (left) to make good.
CREATE FUNCTION jobs.charged_credits(p_account_id text, p_reservation_id text) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT r.committed - r.refunded FROM ledger.reservations r
                   WHERE r.account_id = p_account_id AND r.reservation_id = p_reservation_id), 0)
$$;

-- A customer's report of a delivered output. p_limits: reports_per_day (of the account), reports_of_output (in all).
--
-- opened | known (the same report, made before: its review) | not_found | not_delivered | open_already (another report of it is
-- being looked at) | made_good (a refund or a free retry has been given, or its credits are back) | too_many_of_output |
-- too_many_today, with the seconds until there is room.
CREATE FUNCTION jobs.open_review(p_account_id text, p_output_id text, p_category text, p_note text, p_limits jsonb)
RETURNS TABLE (outcome text, review_id text, retry_after_seconds double precision)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_now      timestamptz := ledger.lock_accounts(ARRAY[p_account_id]);
  v_output   jobs.outputs;
  v_paid     jobs.outputs;
  v_known_id text;
  v_number   int;
  v_oldest   timestamptz;
BEGIN
  SELECT * INTO v_output FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.output_id = p_output_id;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'not_found', NULL::text, NULL::double precision;
    RETURN;
  ELSIF v_output.state <> 'succeeded' THEN
    RETURN QUERY SELECT 'not_delivered', NULL::text, NULL::double precision;
    RETURN;
  END IF;

  SELECT r.review_id INTO v_known_id FROM jobs.reviews r
  WHERE r.account_id = p_account_id AND r.output_id = p_output_id AND r.category = p_category AND r.note IS NOT DISTINCT FROM p_note
  ORDER BY r.number DESC LIMIT 1;
  IF FOUND THEN
    RETURN QUERY SELECT 'known', v_known_id, NULL::double precision;
    RETURN;
  END IF;

  RETURN QUERY
    SELECT CASE WHEN s.decision IS NULL THEN 'open_already' ELSE 'made_good' END, r.review_id, NULL::double precision
    FROM jobs.reviews r LEFT JOIN jobs.standing_decision(p_account_id, r.review_id, v_now) s ON true
    WHERE r.account_id = p_account_id AND r.output_id = p_output_id AND s.decision IS DISTINCT FROM 'deny'
    ORDER BY r.number DESC LIMIT 1;
  IF FOUND THEN
    RETURN;
  END IF;
  v_paid := jobs.paid_output(p_account_id, p_output_id);
  IF jobs.charged_credits(p_account_id, v_paid.reservation_id) = 0 THEN
    RETURN QUERY SELECT 'made_good', NULL::text, NULL::double precision;
    RETURN;
  END IF;

  SELECT 1 + count(*) INTO v_number FROM jobs.reviews r WHERE r.account_id = p_account_id AND r.output_id = p_output_id;
  IF v_number > (p_limits->>'reports_of_output')::int THEN
    RETURN QUERY SELECT 'too_many_of_output', NULL::text, NULL::double precision;
    RETURN;
  END IF;
  -- The report that has to be a day old before there is room for another.
  SELECT r.created_at INTO v_oldest FROM jobs.reviews r WHERE r.account_id = p_account_id
  ORDER BY r.created_at DESC, r.review_id DESC OFFSET (p_limits->>'reports_per_day')::int - 1 LIMIT 1;
  IF v_oldest > v_now - interval '1 day' THEN
    RETURN QUERY SELECT 'too_many_today', NULL::text, extract(epoch FROM v_oldest + interval '1 day' - v_now)::double precision;
    RETURN;
  END IF;

  RETURN QUERY
    INSERT INTO jobs.reviews AS r (account_id, review_id, output_id, job_id, number, category, note, created_at)
    VALUES (p_account_id, 'rev_' || regexp_replace(p_output_id, '^out_', '') || '_' || v_number, p_output_id, v_output.job_id, v_number,
            p_category, p_note, v_now)
    RETURNING 'opened', r.review_id, NULL::double precision;
END $$;

-- Decides a review, once per key. A refund gives back, in this transaction, all that is left of what the output cost; a free
-- retry allows one job (p_retry_job_id) at no credits, which the caller starts; a denial moves nothing. A decision that
-- holds is not changed: the same again is the first one's, another is refused.
--
-- decided, with whether it had been before | not_found | key_reused | decided_otherwise | nothing_to_make_good.
CREATE FUNCTION jobs.decide_review(p_account_id text, p_review_id text, p_key text, p_fingerprint text, p_decision text,
                                   p_reason text, p_actor text, p_retry_job_id text, p_goodwill_seconds double precision)
RETURNS TABLE (outcome text, is_replay boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_now      timestamptz := ledger.lock_accounts(ARRAY[p_account_id]);
  v_review   jobs.reviews;
  v_known    jobs.review_decisions;
  v_paid     jobs.outputs;
  v_outcome  text;
  v_number   int;
BEGIN
  SELECT * INTO v_review FROM jobs.reviews r WHERE r.account_id = p_account_id AND r.review_id = p_review_id;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'not_found', false;
    RETURN;
  END IF;
  SELECT * INTO v_known FROM jobs.review_decisions d WHERE d.account_id = p_account_id AND d.key = p_key;
  IF FOUND THEN
    RETURN QUERY SELECT CASE WHEN (v_known.review_id, v_known.fingerprint) = (p_review_id, p_fingerprint) THEN 'decided'
                             ELSE 'key_reused' END, true;
    RETURN;
  END IF;
  SELECT * INTO v_known FROM jobs.standing_decision(p_account_id, p_review_id, v_now);
  IF FOUND THEN
    RETURN QUERY SELECT CASE WHEN v_known.decision = p_decision THEN 'decided' ELSE 'decided_otherwise' END, true;
    RETURN;
  END IF;

  IF p_decision <> 'deny' THEN
    v_paid := jobs.paid_output(p_account_id, v_review.output_id);
    v_outcome := CASE p_decision WHEN 'refund' THEN
                   jobs.refund_reviewed(v_review, v_paid, p_reason, p_actor, p_goodwill_seconds, v_now)
                 WHEN 'free_retry' THEN CASE WHEN jobs.charged_credits(p_account_id, v_paid.reservation_id) > 0 THEN 'free' END END;
    IF v_outcome IS NULL THEN
      RETURN QUERY SELECT 'nothing_to_make_good', false;
      RETURN;
    END IF;
  END IF;
  SELECT 1 + count(*) INTO v_number FROM jobs.review_decisions d WHERE d.account_id = p_account_id AND d.review_id = p_review_id;
  INSERT INTO jobs.review_decisions (account_id, review_id, number, key, fingerprint, decision, reason, actor, retry_job_id, created_at)
  VALUES (p_account_id, p_review_id, v_number, p_key, p_fingerprint, p_decision, p_reason, p_actor,
          CASE p_decision WHEN 'free_retry' THEN p_retry_job_id END, v_now);
  PERFORM ledger.record_action(p_account_id, p_actor, 'decide_review', p_reason, jsonb_strip_nulls(jsonb_build_object(
    'review_id', p_review_id, 'output_id', v_review.output_id, 'decision', p_decision,
    'retry_job_id', CASE p_decision WHEN 'free_retry' THEN p_retry_job_id END)), v_now);
  RETURN QUERY SELECT 'decided', false;
END $$;

-- Gives back what is left of what was paid for a reviewed output, and tells the job that was charged. Null when nothing is left.
CREATE FUNCTION jobs.refund_reviewed(p_review jobs.reviews, p_paid jobs.outputs, p_reason text, p_actor text,
                                     p_goodwill_seconds double precision, p_now timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_result record;
BEGIN
  SELECT f.outcome, f.credits INTO v_result FROM ledger.refund(jsonb_build_array(jsonb_build_object(
    'account_id', p_paid.account_id, 'reservation_id', p_paid.reservation_id, 'refund_id', jobs.refund_id_of(p_review.review_id),
    'amount', NULL, 'reason', p_reason, 'actor', p_actor, 'goodwill_seconds', p_goodwill_seconds))) f;
  IF v_result.outcome <> 'refunded' THEN
    RETURN NULL;
  END IF;
  PERFORM jobs.append_event(p_paid.account_id, p_paid.job_id, 'credits.refunded', jsonb_build_object('output_id', p_paid.output_id,
    'credits', v_result.credits, 'reason', p_reason, 'review_id', p_review.review_id), p_now);
  RETURN 'refunded';
END $$;

CREATE FUNCTION jobs.refund_id_of(p_review_id text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'refund_' || p_review_id $$;

-- A review with all that a reviewer needs: the brief, the output, what it cost, every decision.
CREATE FUNCTION jobs.review_as_json(p_review jobs.reviews) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', p_review.review_id, 'account_id', p_review.account_id, 'output_id', p_review.output_id, 'job_id', p_review.job_id,
    'category', p_review.category, 'note', p_review.note, 'created_at', p_review.created_at,
    'state', CASE WHEN s.decision IS NULL THEN 'open' ELSE 'decided' END, 'decision', s.decision, 'reason', s.reason,
    'decided_at', s.created_at, 'retry_job_id', l.retry_job_id,
    'retry_state', (SELECT j.state FROM jobs.jobs j WHERE j.account_id = p_review.account_id AND j.job_id = l.retry_job_id),
    'model', (SELECT j.model FROM jobs.jobs j WHERE j.account_id = p_review.account_id AND j.job_id = p_review.job_id),
    'work', o.work, 'content_type', o.content_type, 'bytes', o.bytes, 'sha256', o.sha256,
    'paid', (SELECT jsonb_build_object('output_id', p.output_id, 'committed', r.committed, 'refunded', r.refunded)
             FROM jobs.paid_output(p_review.account_id, p_review.output_id) p
             JOIN ledger.reservations r ON r.account_id = p.account_id AND r.reservation_id = p.reservation_id),
    'decisions', (SELECT coalesce(jsonb_agg(jsonb_build_object('decision', d.decision, 'reason', d.reason, 'actor', d.actor,
                    'decided_at', d.created_at, 'retry_job_id', d.retry_job_id) ORDER BY d.number), '[]')
                  FROM jobs.review_decisions d WHERE d.account_id = p_review.account_id AND d.review_id = p_review.review_id))
  FROM jobs.outputs o
  LEFT JOIN jobs.standing_decision(p_review.account_id, p_review.review_id, ledger.clock()) s ON true
  LEFT JOIN jobs.last_decision(p_review.account_id, p_review.review_id) l ON true
  WHERE o.account_id = p_review.account_id AND o.output_id = p_review.output_id
$$;

-- Null when the account has no such review.
CREATE FUNCTION jobs.read_review(p_account_id text, p_review_id text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jobs.review_as_json(r) FROM jobs.reviews r WHERE r.account_id = p_account_id AND r.review_id = p_review_id
$$;

-- For support, who has the review's id alone; null when it is nobody's.
CREATE FUNCTION jobs.account_of_review(p_review_id text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT min(r.account_id) FROM jobs.reviews r WHERE r.review_id = p_review_id HAVING count(*) = 1
$$;

-- A page of an account's reviews, newest first, after the position (p_at, p_review_id) where the last page ended.
CREATE FUNCTION jobs.list_reviews(p_account_id text, p_state text, p_category text, p_at timestamptz, p_review_id text, p_limit int)
RETURNS TABLE (review jsonb, created_at text, review_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jobs.review_as_json(r), r.created_at::text, r.review_id
  FROM jobs.reviews r LEFT JOIN LATERAL jobs.standing_decision(r.account_id, r.review_id, ledger.clock()) s ON p_state IS NOT NULL
  WHERE r.account_id = p_account_id
    AND (p_at IS NULL OR (r.created_at, r.review_id) < (p_at, p_review_id))
    AND (p_category IS NULL OR r.category = p_category)
    AND (p_state IS NULL OR (p_state = 'open') = (s.decision IS NULL))
  ORDER BY r.created_at DESC, r.review_id DESC LIMIT p_limit
$$;

-- The same over every account: support's.
CREATE FUNCTION jobs.list_reviews_of_all(p_state text, p_category text, p_at timestamptz, p_review_id text, p_limit int)
RETURNS TABLE (review jsonb, created_at text, review_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jobs.review_as_json(r), r.created_at::text, r.review_id
  FROM jobs.reviews r LEFT JOIN LATERAL jobs.standing_decision(r.account_id, r.review_id, ledger.clock()) s ON p_state IS NOT NULL
  WHERE (p_at IS NULL OR (r.created_at, r.review_id) < (p_at, p_review_id))
    AND (p_category IS NULL OR r.category = p_category)
    AND (p_state IS NULL OR (p_state = 'open') = (s.decision IS NULL))
  ORDER BY r.created_at DESC, r.review_id DESC LIMIT p_limit
$$;

-- What a free retry makes: the reviewed output's work, and the labels of its job. No row unless a decision allows this very job.
CREATE FUNCTION jobs.read_free_retry(p_account_id text, p_job_id text) RETURNS TABLE (work jsonb, metadata jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT o.work, j.metadata
  FROM jobs.review_decisions d
  JOIN jobs.reviews r ON r.account_id = d.account_id AND r.review_id = d.review_id
  JOIN jobs.outputs o ON o.account_id = r.account_id AND o.output_id = r.output_id
  JOIN jobs.jobs j ON j.account_id = r.account_id AND j.job_id = r.job_id
  WHERE d.account_id = p_account_id AND d.retry_job_id = p_job_id AND jobs.is_free_retry(p_account_id, p_job_id)
$$;

-- Reviews held against the ledger: queries that must return no rows.
CREATE FUNCTION jobs.reconcile_reviews()
RETURNS TABLE (check_name text, account_id text, subject text, detail jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'refund_decision_was_paid', d.account_id, d.review_id, to_jsonb(d)
  FROM jobs.review_decisions d
  WHERE (d.decision = 'refund') <> EXISTS (SELECT 1 FROM ledger.refunds f WHERE f.account_id = d.account_id
                                            AND f.refund_id = jobs.refund_id_of(d.review_id))
    AND d.number = (SELECT l.number FROM jobs.last_decision(d.account_id, d.review_id) l)
  UNION ALL
  SELECT 'free_retry_was_decided', r.account_id, r.reservation_id, to_jsonb(r)
  FROM ledger.reservations r
  WHERE r.reason = 'free_retry' AND r.output_id LIKE 'out\_%'
    AND NOT EXISTS (SELECT 1 FROM jobs.review_decisions d WHERE d.account_id = r.account_id AND d.retry_job_id = r.job_id)
  UNION ALL
  SELECT 'decision_is_on_record', d.account_id, d.review_id, to_jsonb(d)
  FROM jobs.review_decisions d
  WHERE NOT EXISTS (SELECT 1 FROM ledger.operator_actions a WHERE a.account_id = d.account_id AND a.action = 'decide_review'
                    AND a.detail->>'review_id' = d.review_id AND a.detail->>'decision' = d.decision)
  LIMIT 1000
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  jobs.open_review(text, text, text, text, jsonb),
  jobs.decide_review(text, text, text, text, text, text, text, text, double precision),
  jobs.read_review(text, text),
  jobs.account_of_review(text),
  jobs.list_reviews(text, text, text, timestamptz, text, int),
  jobs.list_reviews_of_all(text, text, timestamptz, text, int)
TO holdfast_api, holdfast_worker;
GRANT EXECUTE ON FUNCTION jobs.read_free_retry(text, text), jobs.reconcile_reviews() TO holdfast_worker;

-- Down Migration
