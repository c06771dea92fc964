-- Up Migration
-- Support's commands on a job, and the queue of what the reconciler could not settle by itself.

-- What the reconciler found and could not settle, one row per reservation. Whether it is settled by now the reservation says.
CREATE TABLE jobs.repairs (
  account_id     text        NOT NULL,
  reservation_id text        NOT NULL,
  -- The last reason: what the ledger said, or why Temporal was not believed.
  why            text        NOT NULL,
  tries          int         NOT NULL CHECK (tries > 0),
  first_seen_at  timestamptz NOT NULL,
  last_seen_at   timestamptz NOT NULL,
  PRIMARY KEY (account_id, reservation_id)
);

CREATE INDEX repairs_by_age ON jobs.repairs (first_seen_at, account_id, reservation_id);

-- Does what support asks of a job, once per key, and answers the same for ever: a refusal too (a new try needs a new key). The
-- account is locked first, so a command and whatever else ends, extends or resubmits the job come one after the other.
-- p_call: fingerprint, actor, reason, action_id (from the key), is_running (whether a workflow runs the job), what the
-- command asks, and the figures of the policy: see the function of each.
--
-- Answers, stored under the key: {"outcome": "done", …} and {"outcome": "refused", "reason", …}; stored by nobody: {"outcome":
-- "not_found", "what"}, {"outcome": "invalid", "pointer", "code"} and {"outcome": "look_up", "attempt",
-- "provider"}. With the fingerprint first seen.
CREATE FUNCTION jobs.command_job(p_account_id text, p_job_id text, p_command text, p_key text, p_call jsonb)
RETURNS TABLE (answer jsonb, fingerprint text, is_replay boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_now    timestamptz := ledger.lock_accounts(ARRAY[p_account_id]);
  v_known  jobs.keyed_calls;
  v_answer jsonb := '{"outcome": "not_found", "what": "job"}';
BEGIN
  SELECT * INTO v_known FROM jobs.keyed_calls c
  WHERE c.account_id = p_account_id AND c.route = p_command AND c.key = p_key;
  IF FOUND THEN
    RETURN QUERY SELECT v_known.answer, v_known.fingerprint, true;
    RETURN;
  END IF;
  IF p_call->>'actor' IS NULL OR p_call->>'reason' IS NULL THEN
    RAISE not_null_violation USING MESSAGE = 'support says who and why';
  END IF;
  IF EXISTS (SELECT 1 FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = p_job_id) THEN
    v_answer := CASE p_command
      WHEN 'release' THEN jobs.release_job(p_account_id, p_job_id, p_call, v_now)
      WHEN 'refund' THEN jobs.refund_job(p_account_id, p_job_id, p_call, v_now)
      WHEN 'extend' THEN jobs.extend_job(p_account_id, p_job_id, p_call, v_now)
      WHEN 'restart' THEN jobs.restart_job(p_account_id, p_job_id, p_call, v_now)
      WHEN 'resolve' THEN jobs.resolve_attempt(p_account_id, p_job_id, p_call) END;
  END IF;
  IF v_answer->>'outcome' IN ('done', 'refused') THEN
    INSERT INTO jobs.keyed_calls (account_id, route, key, fingerprint, answer, created_at)
    VALUES (p_account_id, p_command, p_key, p_call->>'fingerprint', v_answer, v_now);
  END IF;
  IF v_answer->>'outcome' = 'done' THEN
    PERFORM ledger.record_action(p_account_id, p_call->>'actor', p_command || '_job', p_call->>'reason',
      jsonb_build_object('job_id', p_job_id, 'key', p_key) || (v_answer - 'outcome'), v_now);
  END IF;
  RETURN QUERY SELECT v_answer, p_call->>'fingerprint', false;
END $$;

CREATE FUNCTION jobs.refused(p_reason text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('outcome', 'refused', 'reason', p_reason)
$$;

-- Outputs of a job whose credits are still reserved.
CREATE FUNCTION jobs.open_outputs(p_account_id text, p_job_id text)
RETURNS TABLE (output_id text, reservation_id text, return_by timestamptz, item int, variation int)
LANGUAGE sql STABLE AS $$
  SELECT o.output_id, o.reservation_id, r.return_by, o.item, o.variation
  FROM jobs.outputs o JOIN ledger.reservations r ON r.account_id = o.account_id AND r.reservation_id = o.reservation_id
  WHERE o.account_id = p_account_id AND o.job_id = p_job_id AND r.state = 'open'
$$;

-- Returns the credits of every output that still holds some, by the function the workflow and the reconciler settle with: it
-- fences their attempts in the same transaction. p_call: failure, expired_policy, return_grant_hours.
CREATE FUNCTION jobs.release_job(p_account_id text, p_job_id text, p_call jsonb, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_output  record;
  v_result  jsonb;
  v_credits bigint := 0;
  v_ids     text[] := '{}';
BEGIN
  FOR v_output IN SELECT o.* FROM jobs.open_outputs(p_account_id, p_job_id) o ORDER BY o.item, o.variation LOOP
    v_result := jobs.settle_one(jsonb_build_object('account_id', p_account_id, 'job_id', p_job_id, 'output_id', v_output.output_id,
      'reservation_id', v_output.reservation_id, 'verb', 'release', 'failure', p_call->'failure',
      'expired_policy', p_call->>'expired_policy', 'return_grant_hours', p_call->'return_grant_hours'), p_now);
    IF v_result->>'outcome' <> 'released' THEN
      RAISE EXCEPTION 'the ledger refused to release %: %', v_output.reservation_id, v_result->>'outcome' USING ERRCODE = 'HF004';
    END IF;
    v_credits := v_credits + (v_result->>'released')::bigint;
    v_ids := v_ids || v_output.output_id;
  END LOOP;
  IF v_ids = '{}' THEN
    RETURN jobs.refused('job_ended');
  END IF;
  RETURN jsonb_build_object('outcome', 'done', 'credits', v_credits, 'output_ids', to_jsonb(v_ids));
END $$;

-- Gives committed credits back, whole or in part: of one output, or of the job's, the last first. p_call: output_id, credits
-- (null: all that is left), goodwill_seconds. Each output's refund has an id of its own, derived from the key.
CREATE FUNCTION jobs.refund_job(p_account_id text, p_job_id text, p_call jsonb, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_output_id text := p_call->>'output_id';
  v_sums      record;
  v_output    record;
  v_result    record;
  v_wanted    bigint;
  v_here      bigint;
  v_refunds   jsonb := '[]';
BEGIN
  SELECT count(*) AS outputs, coalesce(sum(r.committed), 0) AS committed, coalesce(sum(r.committed - r.refunded), 0) AS left INTO v_sums
  FROM jobs.outputs o JOIN ledger.reservations r ON r.account_id = o.account_id AND r.reservation_id = o.reservation_id
  WHERE o.account_id = p_account_id AND o.job_id = p_job_id AND (v_output_id IS NULL OR o.output_id = v_output_id);
  v_wanted := coalesce((p_call->>'credits')::bigint, v_sums.left);
  IF v_sums.outputs = 0 THEN
    RETURN '{"outcome": "not_found", "what": "output"}';
  ELSIF v_sums.committed = 0 THEN
    RETURN jobs.refused('nothing_committed');
  ELSIF v_sums.left = 0 THEN
    RETURN jobs.refused('already_refunded');
  ELSIF v_wanted > v_sums.left THEN
    RETURN jobs.refused('exceeds_committed') || jsonb_build_object('committed', v_sums.committed, 'left', v_sums.left);
  END IF;

  FOR v_output IN
    SELECT o.output_id, o.reservation_id, r.committed - r.refunded AS left
    FROM jobs.outputs o JOIN ledger.reservations r ON r.account_id = o.account_id AND r.reservation_id = o.reservation_id
    WHERE o.account_id = p_account_id AND o.job_id = p_job_id AND (v_output_id IS NULL OR o.output_id = v_output_id)
      AND r.committed > r.refunded
    ORDER BY o.item DESC, o.variation DESC
  LOOP
    v_here := least(v_wanted, v_output.left);
    EXIT WHEN v_here = 0;
    SELECT f.outcome INTO v_result FROM ledger.refund(jsonb_build_array(jsonb_build_object('account_id', p_account_id,
      'reservation_id', v_output.reservation_id, 'refund_id', (p_call->>'action_id') || '_' || v_output.output_id, 'amount', v_here,
      'reason', p_call->>'reason', 'goodwill_seconds', p_call->'goodwill_seconds'))) f;
    IF v_result.outcome <> 'refunded' THEN
      RAISE EXCEPTION 'the ledger refused to refund %: %', v_output.reservation_id, v_result.outcome USING ERRCODE = 'HF004';
    END IF;
    PERFORM jobs.append_event(p_account_id, p_job_id, 'credits.refunded',
      jsonb_build_object('output_id', v_output.output_id, 'credits', v_here, 'reason', p_call->>'reason'), p_now);
    v_refunds := v_refunds || jsonb_build_object('output_id', v_output.output_id, 'credits', v_here);
    v_wanted := v_wanted - v_here;
  END LOOP;
  RETURN jsonb_build_object('outcome', 'done', 'refunds', v_refunds);
END $$;

-- A later return_by for some open outputs, in the ledger and on the job; whoever reads the job by its tag sees that it changed.
CREATE FUNCTION jobs.return_later(p_account_id text, p_job_id text, p_reservation_ids text[], p_return_by timestamptz, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger.extend(p_account_id, p_reservation_ids, p_return_by);
  -- The job's is that of its last output: by then everything is settled.
  UPDATE jobs.jobs j SET return_by = (SELECT max(o.return_by) FROM jobs.open_outputs(p_account_id, p_job_id) o)
  WHERE j.account_id = p_account_id AND j.job_id = p_job_id;
  PERFORM jobs.append_event(p_account_id, p_job_id, 'job.progress', (
    SELECT coalesce(nullif(j.progress, 'null'), '{"stage": null, "fraction": null, "queue_position": null}')
           || jsonb_build_object('returned_automatically_by', j.return_by)
    FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = p_job_id), p_now);
END $$;

-- Lets the job go on until a later instant. p_call: until, max_ahead_seconds (from now).
CREATE FUNCTION jobs.extend_job(p_account_id text, p_job_id text, p_call jsonb, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_until  timestamptz := (p_call->>'until')::timestamptz;
  v_open   record;
BEGIN
  SELECT array_agg(o.reservation_id) AS reservation_ids, to_jsonb(array_agg(o.output_id ORDER BY o.item, o.variation)) AS output_ids,
         min(o.return_by) AS return_by INTO v_open
  FROM jobs.open_outputs(p_account_id, p_job_id) o;
  IF v_open.reservation_ids IS NULL THEN
    RETURN jobs.refused('job_ended');
  ELSIF v_until <= p_now THEN
    RETURN '{"outcome": "invalid", "pointer": "/until", "code": "in_the_past"}';
  ELSIF v_until > p_now + make_interval(secs => (p_call->>'max_ahead_seconds')::double precision) THEN
    RETURN '{"outcome": "invalid", "pointer": "/until", "code": "too_large"}';
  ELSIF v_until <= v_open.return_by THEN
    RETURN jobs.refused('not_later');
  ELSIF NOT (p_call->>'is_running')::boolean THEN
    RETURN jobs.refused('not_running');
  END IF;
  PERFORM jobs.return_later(p_account_id, p_job_id, v_open.reservation_ids, v_until, p_now);
  RETURN jsonb_build_object('outcome', 'done', 'return_by', v_until, 'output_ids', v_open.output_ids);
END $$;

-- Attempts of outputs that have not ended, by name: a reference, or a number where that is enough; null: any.
CREATE FUNCTION jobs.attempts_named(p_account_id text, p_job_id text, p_name jsonb) RETURNS SETOF jobs.attempts
LANGUAGE sql STABLE AS $$
  SELECT a.* FROM jobs.open_outputs(p_account_id, p_job_id) o
  JOIN jobs.attempts a ON a.account_id = p_account_id AND a.output_id = o.output_id
  WHERE nullif(p_name, 'null') IS NULL OR p_name IN (to_jsonb(a.reference), to_jsonb(a.number))
$$;

-- A new attempt under the same reservation, in place of one that a provider has accepted: that one is replaced by
-- compare-and-set, so that whatever still comes of it is kept and never charged, and the next is the workflow's to make. An attempt whose
-- outcome nobody knows is not replaced: it may have run. return_by is set as if the output began now.
-- p_call: from_attempt (a number or a reference).
CREATE FUNCTION jobs.restart_job(p_account_id text, p_job_id text, p_call jsonb, p_now timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_names    record;
  v_attempt  jobs.attempts;
  v_return_by timestamptz;
BEGIN
  SELECT count(*) AS named, count(*) FILTER (WHERE a.state IN ('posting', 'unknown', 'accepted')) AS live,
         bool_or(a.state IN ('posting', 'unknown')) AS is_unknown, bool_or(a.state = 'replaced') AS is_replaced,
         bool_or(a.state = 'collected') AS is_delivered, min(a.reference) FILTER (WHERE a.state = 'accepted') AS reference
  INTO v_names FROM jobs.attempts_named(p_account_id, p_job_id, p_call->'from_attempt') a;
  IF NOT EXISTS (SELECT 1 FROM jobs.open_outputs(p_account_id, p_job_id)) THEN
    RETURN jobs.refused('job_ended');
  ELSIF v_names.named = 0 THEN
    RETURN jobs.refused('no_such_attempt');
  ELSIF v_names.live > 1 THEN
    RETURN jobs.refused('several_attempts');
  ELSIF v_names.is_unknown THEN
    RETURN jobs.refused('attempt_unknown');
  ELSIF v_names.reference IS NULL THEN
    RETURN jobs.refused(CASE WHEN v_names.is_delivered THEN 'attempt_delivered' WHEN v_names.is_replaced THEN 'attempt_replaced'
                             ELSE 'attempt_over' END);
  ELSIF NOT (p_call->>'is_running')::boolean THEN
    RETURN jobs.refused('not_running');
  END IF;

  UPDATE jobs.attempts a SET state = 'replaced', resolved_at = p_now
  WHERE a.account_id = p_account_id AND a.reference = v_names.reference AND a.state = 'accepted'
  RETURNING * INTO v_attempt;
  IF NOT FOUND THEN  -- its result was stored, or it failed, while this was decided: those two do not take the account's lock
    RETURN jobs.refused('attempt_over');
  END IF;
  SELECT greatest(r.return_by, p_now + make_interval(secs => j.deadline_seconds)) INTO v_return_by
  FROM jobs.jobs j JOIN jobs.outputs o ON o.account_id = j.account_id AND o.output_id = v_attempt.output_id
  JOIN ledger.reservations r ON r.account_id = o.account_id AND r.reservation_id = o.reservation_id
  WHERE j.account_id = p_account_id AND j.job_id = p_job_id;
  PERFORM jobs.return_later(p_account_id, p_job_id, ARRAY(
    SELECT o.reservation_id FROM jobs.outputs o WHERE o.account_id = p_account_id AND o.output_id = v_attempt.output_id), v_return_by, p_now);
  RETURN jsonb_build_object('outcome', 'done', 'output_id', v_attempt.output_id, 'attempt', v_attempt.reference, 'return_by', v_return_by);
END $$;

-- Says what an attempt was whose outcome nobody knows. It did not run: rejected, so that the workflow makes the next one, or
-- gives up where its model allows no more. It ran: accepted under the provider's id of it, so that the workflow brings
-- it in; provider_job_id is support's own, or what a look-up found. p_call: said (ran | did_not_run), attempt (null: the only
-- one), provider_job_id, look_up (how it ended: not_found | unknown | unsupported; null: look first, which only a worker can).
CREATE FUNCTION jobs.resolve_attempt(p_account_id text, p_job_id text, p_call jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_names    record;
  v_has_run  boolean := p_call->>'said' = 'ran';
BEGIN
  SELECT count(*) AS named, count(*) FILTER (WHERE a.state = 'unknown') AS unknown,
         bool_or(a.state = 'posting') AS is_on_its_way, min(a.reference) FILTER (WHERE a.state = 'unknown') AS reference,
         min(a.provider) FILTER (WHERE a.state = 'unknown') AS provider
  INTO v_names FROM jobs.attempts_named(p_account_id, p_job_id, p_call->'attempt') a;
  IF NOT EXISTS (SELECT 1 FROM jobs.open_outputs(p_account_id, p_job_id)) THEN
    RETURN jobs.refused('job_ended');
  ELSIF v_names.named = 0 AND nullif(p_call->'attempt', 'null') IS NOT NULL THEN
    RETURN jobs.refused('no_such_attempt');
  ELSIF v_names.unknown > 1 THEN
    RETURN jobs.refused('several_attempts');
  ELSIF v_names.unknown = 0 THEN
    RETURN jobs.refused(CASE WHEN v_names.is_on_its_way THEN 'attempt_on_its_way' ELSE 'attempt_known' END);
  ELSIF NOT (p_call->>'is_running')::boolean THEN
    RETURN jobs.refused('not_running');
  ELSIF v_has_run AND p_call->>'provider_job_id' IS NULL AND p_call->>'look_up' IS NULL THEN
    RETURN jsonb_build_object('outcome', 'look_up', 'attempt', v_names.reference, 'provider', v_names.provider);
  ELSIF v_has_run AND p_call->>'provider_job_id' IS NULL THEN
    RETURN jobs.refused(CASE p_call->>'look_up' WHEN 'not_found' THEN 'not_found_at_provider' WHEN 'unsupported' THEN 'provider_cannot_be_asked'
                                                ELSE 'provider_does_not_say' END);
  END IF;
  -- Moved as a look-up moves it: the account's lock is held, and nobody else moves one that is unknown.
  PERFORM jobs.move_attempt(p_account_id, v_names.reference, ARRAY['unknown'], CASE WHEN v_has_run THEN 'accepted' ELSE 'rejected' END,
                            CASE WHEN v_has_run THEN p_call->>'provider_job_id' END, CASE WHEN NOT v_has_run THEN 'resubmit' END);
  RETURN (
    SELECT jsonb_build_object('outcome', 'done', 'output_id', a.output_id, 'attempt', a.reference, 'said', p_call->>'said',
                              'provider_job_id', a.provider_job_id)
    FROM jobs.attempts a WHERE a.account_id = p_account_id AND a.reference = v_names.reference);
END $$;

-- How long, by the database's clock, until an output's credits return by themselves; null once they are settled.
CREATE FUNCTION jobs.seconds_to_return(p_account_id text, p_output_id text) RETURNS double precision
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT extract(epoch FROM r.return_by - ledger.clock())::double precision
  FROM jobs.outputs o JOIN ledger.reservations r ON r.account_id = o.account_id AND r.reservation_id = o.reservation_id
  WHERE o.account_id = p_account_id AND o.output_id = p_output_id AND r.state = 'open'
$$;

-- All that support wants to know of a job beside what the customer reads; null when the account has no such job.
CREATE FUNCTION jobs.inspect_job(p_account_id text, p_job_id text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object(
    'now', ledger.clock(), 'model', j.model, 'provider', j.provider,
    'outputs', (
      SELECT jsonb_agg(jsonb_build_object('id', o.output_id, 'state', o.state,
        'reservation', jsonb_build_object('id', r.reservation_id, 'state', r.state, 'amount', r.amount, 'committed', r.committed,
          'released', r.released, 'refunded', r.refunded, 'return_by', r.return_by, 'settled_at', r.settled_at),
        'attempts', (
          SELECT coalesce(jsonb_agg(jsonb_build_object('reference', a.reference, 'stage', a.stage, 'number', a.number, 'state', a.state,
            'provider', a.provider, 'provider_job_id', a.provider_job_id, 'error_class', a.error_class, 'billed', a.billed, 'cost', a.cost,
            'sha256', a.sha256, 'posted_at', a.posted_at, 'resolved_at', a.resolved_at) ORDER BY a.posted_at, a.stage, a.number), '[]')
          FROM jobs.attempts a WHERE a.account_id = o.account_id AND a.output_id = o.output_id),
        'repair', (
          SELECT jsonb_build_object('why', p.why, 'tries', p.tries, 'first_seen_at', p.first_seen_at, 'last_seen_at', p.last_seen_at)
          FROM jobs.repairs p WHERE p.account_id = r.account_id AND p.reservation_id = r.reservation_id AND r.state = 'open'))
        ORDER BY o.item, o.variation)
      FROM jobs.outputs o JOIN ledger.reservations r ON r.account_id = o.account_id AND r.reservation_id = o.reservation_id
      WHERE o.account_id = j.account_id AND o.job_id = j.job_id),
    'actions', ledger.read_actions_of_job(j.account_id, j.job_id))
  FROM jobs.jobs j WHERE j.account_id = p_account_id AND j.job_id = p_job_id
$$;

-- Items: account_id, reservation_id, why. In the order of their keys: two reconcilers at once never wait in a circle.
CREATE FUNCTION jobs.record_repairs(p_items jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH now AS MATERIALIZED (SELECT ledger.clock() AS at)
  INSERT INTO jobs.repairs AS p (account_id, reservation_id, why, tries, first_seen_at, last_seen_at)
  SELECT DISTINCT ON (i.account_id, i.reservation_id) i.account_id, i.reservation_id, i.why, 1, n.at, n.at
  FROM jsonb_to_recordset(p_items) AS i (account_id text, reservation_id text, why text), now n
  ORDER BY i.account_id, i.reservation_id
  ON CONFLICT (account_id, reservation_id) DO UPDATE
  SET why = excluded.why, tries = p.tries + 1, last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at)
$$;

-- A page of the queue, oldest first, after a position: of one account, or of all (null). p_is_resolved: those that are
-- settled by now, in place of those that are not. first_seen_at is answered as text: it is a position, and keeps its microseconds.
CREATE FUNCTION jobs.list_repairs(p_account_id text, p_is_resolved boolean, p_at timestamptz, p_after_account_id text,
                                  p_after_reservation_id text, p_limit int)
RETURNS TABLE (repair jsonb, first_seen_at text, account_id text, reservation_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('account_id', p.account_id, 'reservation_id', p.reservation_id, 'job_id', r.job_id, 'output_id', r.output_id,
           'credits', r.amount, 'return_by', r.return_by, 'why', p.why, 'tries', p.tries, 'first_seen_at', p.first_seen_at,
           'last_seen_at', p.last_seen_at, 'resolved_at', r.settled_at),
         p.first_seen_at::text, p.account_id, p.reservation_id
  FROM jobs.repairs p JOIN ledger.reservations r ON r.account_id = p.account_id AND r.reservation_id = p.reservation_id
  WHERE (p_account_id IS NULL OR p.account_id = p_account_id) AND (r.state <> 'open') = p_is_resolved
    AND (p_at IS NULL OR (p.first_seen_at, p.account_id, p.reservation_id) > (p_at, p_after_account_id, p_after_reservation_id))
  ORDER BY p.first_seen_at, p.account_id, p.reservation_id
  LIMIT p_limit
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  jobs.command_job(text, text, text, text, jsonb),
  jobs.inspect_job(text, text),
  jobs.list_repairs(text, boolean, timestamptz, text, text, int)
TO holdfast_api, holdfast_worker;
GRANT EXECUTE ON FUNCTION jobs.record_repairs(jsonb), jobs.seconds_to_return(text, text) TO holdfast_worker;

-- Down Migration
