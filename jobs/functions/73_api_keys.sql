-- A key by its public id: its secret's hash is compared by the caller, in constant time.
CREATE OR REPLACE FUNCTION jobs.read_api_key(p_key_id text)
RETURNS TABLE (key_id text, account_id text, secret_hash bytea, scopes text[]) LANGUAGE sql STABLE AS $$
  SELECT k.key_id, k.account_id, k.secret_hash, k.scopes
  FROM jobs.api_keys k WHERE k.key_id = p_key_id AND k.revoked_at IS NULL
$$;

CREATE OR REPLACE FUNCTION jobs.create_api_key(
  p_key_id text, p_account_id text, p_name text, p_secret_hash bytea, p_scopes text[]
) RETURNS void LANGUAGE sql AS $$
  INSERT INTO jobs.api_keys (key_id, account_id, name, secret_hash, scopes, created_at)
  VALUES (p_key_id, p_account_id, p_name, p_secret_hash, p_scopes, ledger.clock())
$$;
