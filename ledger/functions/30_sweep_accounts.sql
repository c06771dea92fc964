-- A page of accounts with expired credits to sweep, longest due first. (Swept or not, they cannot be spent.)
CREATE OR REPLACE FUNCTION ledger.read_due_expiry(p_after_due_at timestamptz, p_after_account_id text, p_limit int)
RETURNS TABLE (account_id text, due_at timestamptz) LANGUAGE sql STABLE AS $$
  SELECT a.account_id, a.next_expiry_at FROM ledger.accounts a
  WHERE a.next_expiry_at < 'infinity' AND a.next_expiry_at <= (SELECT ledger.clock())
    AND (a.next_expiry_at, a.account_id) > (p_after_due_at, p_after_account_id)
  ORDER BY a.next_expiry_at, a.account_id LIMIT p_limit
$$;

-- Expires what is due in these accounts. Returns those that were swept; a locked one is left to the next sweep.
CREATE OR REPLACE FUNCTION ledger.sweep_accounts(p_account_ids text[]) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT s.account_id FROM (
    SELECT a.account_id FROM ledger.accounts a
    WHERE a.account_id = ANY (p_account_ids) AND a.next_expiry_at <= ledger.clock(a) FOR NO KEY UPDATE SKIP LOCKED
  ) s, LATERAL ledger.lock_account(s.account_id)
$$;

-- Sweeps one account before its history is read, so that its entries add up to the balance.
CREATE OR REPLACE FUNCTION ledger.sweep_account(p_account_id text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ledger.lock(a.account_id) FROM ledger.accounts a
  WHERE a.account_id = p_account_id AND a.next_expiry_at <= ledger.clock(a);
END $$;
