-- Spends at once, without a reservation: metered use, like a chat message. Items: account_id, spend_id, amount, note (what it
-- was for), member, project. Per item: spent | insufficient_credits | limit_exceeded | account_not_found |
-- invalid_amount | key_reused. Same id, same content: spent once, and the same answer.
CREATE OR REPLACE FUNCTION ledger.spend(p_items jsonb)
RETURNS TABLE (item int, outcome text, available bigint, reserved bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.item, CASE WHEN t.outcome IN ('reserved', 'committed') THEN 'spent' ELSE t.outcome END, t.available, t.reserved
  FROM ledger.take(ledger.spend_items(p_items), true) t
$$;
