-- Whether another attempt would take an output above what it may cost us; null: it may cost what it does. All of its
-- attempts count together, by whichever model: each by its bill, else by its service's word, else as expected. A call
-- whose price is not known beforehand counts as the dearest of its model here has. Its caller has locked the account.
CREATE OR REPLACE FUNCTION jobs.is_too_costly(
  p_account_id text, p_output_id text, p_provider text, p_model text, p_cost numeric, p_max_cost numeric
) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(
    coalesce(sum(s.cost), 0)
      + coalesce(p_cost, max(s.cost) FILTER (WHERE s.provider = p_provider AND s.model = p_model), 0) > p_max_cost,
    false)
  FROM (
    SELECT a.provider, a.model, CASE WHEN a.bill IS NULL AND (a.state = 'rejected' OR a.billed = 'no') THEN 0
                                     ELSE coalesce(a.bill, a.cost) END AS cost
    FROM jobs.attempts_of(p_account_id, p_output_id) a) s
$$;
