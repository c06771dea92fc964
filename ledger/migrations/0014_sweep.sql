-- Up Migration

-- Writes what has expired into the journal, at most so many accounts in one call, the longest due first. (It cannot be spent
-- either way: every verb expires what is due in the accounts it locks.) Answers how many accounts it swept: fewer than the
-- limit means that nothing is left. Accounts that others hold are left for the next call.
CREATE FUNCTION ledger.sweep_expired(p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  v_account_ids text[];
BEGIN
  v_account_ids := ARRAY(
    SELECT a.account_id FROM ledger.accounts a
    WHERE a.next_expiry_at < 'infinity' AND a.next_expiry_at <= ledger.clock()
    ORDER BY a.next_expiry_at LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED);
  PERFORM ledger.lock_accounts(v_account_ids);
  RETURN cardinality(v_account_ids);
END $$;

-- The same for one account, before its history is read: what is shown adds up to the balance.
CREATE FUNCTION ledger.sweep_account(p_account_id text) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger.accounts a WHERE a.account_id = p_account_id AND a.next_expiry_at <= ledger.clock()) THEN
    PERFORM ledger.lock_accounts(ARRAY[p_account_id]);
  END IF;
END $$;

-- Down Migration
