-- Records a provider's webhook, which is only a reason to poll. Each event counts once, at most 8, while the attempt is
-- under way. The provider's id of its job is kept where no response gave it, even late, since bills name it. True: the
-- address belongs to an attempt.
CREATE OR REPLACE FUNCTION jobs.note_webhook(
  p_provider text, p_reference text, p_hash bytea, p_event text, p_job text DEFAULT NULL
) RETURNS boolean LANGUAGE sql AS $$
  UPDATE jobs.attempts a SET told_job = p_job WHERE a.reference = p_reference AND p_job IS NOT NULL
    AND a.told_job IS NULL AND a.provider_job_id IS NULL AND a.provider = p_provider AND a.webhook_hash = p_hash
    AND NOT EXISTS (SELECT 1 FROM jobs.attempts o WHERE o.provider = p_provider AND o.reference <> p_reference
                      AND o.run_id = substring(p_job FROM '([^/ ]+)( |$)'));
  UPDATE jobs.attempts a SET webhooks = a.webhooks || p_event WHERE a.reference = p_reference
    AND a.state IN ('posting', 'unknown', 'accepted') AND cardinality(a.webhooks) < 8 AND p_event <> ALL (a.webhooks)
    AND a.provider = p_provider AND a.webhook_hash = p_hash;
  SELECT true FROM jobs.attempts WHERE reference = p_reference AND provider = p_provider AND webhook_hash = p_hash
$$;

-- The number of webhooks of each of many attempts, for those who follow them. No row: none.
CREATE OR REPLACE FUNCTION jobs.count_webhooks(p_account_ids text[], p_references text[])
RETURNS TABLE (reference text, webhooks int) LANGUAGE sql STABLE AS $$
  SELECT a.reference, cardinality(a.webhooks) FROM unnest(p_account_ids, p_references) w (account_id, reference)
  JOIN jobs.attempts a ON a.account_id = w.account_id AND a.reference = w.reference WHERE a.webhooks <> '{}'
$$;
