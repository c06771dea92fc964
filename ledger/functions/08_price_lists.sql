-- Sets the price list of an account (null: the catalogue's) and p_low_balance_rise, which its planning figures say.
CREATE OR REPLACE FUNCTION ledger.set_price_list(
  p_account_id text, p_price_list text, p_low_balance_rise bigint, p_actor text, p_reason text
) RETURNS void LANGUAGE sql AS $$
  SELECT ledger.record_action(p_account_id, p_actor, 'set_price_list', p_reason,
                              jsonb_build_object('price_list', p_price_list), ledger.lock(p_account_id));
  UPDATE ledger.accounts a SET low_balance_rise = p_low_balance_rise WHERE a.account_id = p_account_id;
  UPDATE ledger.account_profiles p SET price_list = p_price_list WHERE p.account_id = p_account_id
$$;

-- Publishes those of p_lists [{"name", "version", "hash"}] that are new. Returns all published ones, and the names that
-- accounts have (version null). A second process waits in the insert and reads what the first has published.
CREATE OR REPLACE FUNCTION ledger.publish_price_lists(p_lists jsonb)
RETURNS TABLE (name text, version int, hash text) LANGUAGE sql AS $$
  INSERT INTO ledger.price_lists (name, version, hash)
  SELECT l.name, l.version, l.hash FROM jsonb_to_recordset(p_lists) AS l (name text, version int, hash text)
  ON CONFLICT DO NOTHING;
  SELECT p.name, p.version, p.hash FROM ledger.price_lists p
  UNION ALL
  SELECT DISTINCT a.price_list, NULL::int, NULL FROM ledger.account_profiles a WHERE a.price_list IS NOT NULL
$$;
