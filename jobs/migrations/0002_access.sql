-- Who may call the API. Of a secret only its SHA-256 is stored.
CREATE TABLE jobs.api_keys (
  key_id      text                NOT NULL PRIMARY KEY,
  account_id  text,  -- Null: a platform key, which acts for the account named in the request
  mode        ledger.account_mode NOT NULL,  -- of an account's key its account's; one of tests acts on those alone
  name        text                NOT NULL,
  secret_hash bytea               NOT NULL,
  scopes      text[]              NOT NULL,
  made_by     text UNIQUE,  -- the caller's Idempotency-Key, with whose it is; what was asked under it
  fingerprint text,
  replaces    text,  -- the key in whose place it was made: both work until that one's expires_at
  created_at  timestamptz         NOT NULL,
  expires_at  timestamptz         NOT NULL DEFAULT 'infinity',
  revoked_at  timestamptz
);
CREATE INDEX api_keys_by_age ON jobs.api_keys (created_at DESC, key_id DESC);
CREATE INDEX api_keys_of_account_by_age ON jobs.api_keys (account_id, created_at DESC, key_id DESC);
CREATE INDEX api_keys_by_replaced ON jobs.api_keys (replaces) WHERE replaces IS NOT NULL;

-- Tokens for a browser: one account, some rights, an end.
CREATE TABLE jobs.portal_sessions (
  session_id  text        NOT NULL PRIMARY KEY,
  account_id  text        NOT NULL,
  key_id      text        NOT NULL,  -- that made it, and ends it when it is revoked; proxy: none
  secret_hash bytea       NOT NULL,
  can         text[]      NOT NULL,
  expires_at  timestamptz NOT NULL,
  revoked_at  timestamptz
);
CREATE INDEX portal_sessions_of_account ON jobs.portal_sessions (account_id, expires_at);
CREATE INDEX portal_sessions_of_key ON jobs.portal_sessions (key_id, expires_at);
