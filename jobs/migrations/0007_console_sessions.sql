-- Support's sessions in a browser: one person, by a platform key or a trusted proxy, with an end. Of a token only its
-- SHA-256 is stored.
CREATE TABLE jobs.console_sessions (
  session_id  text        NOT NULL PRIMARY KEY,
  key_id      text,  -- the key that signed in: the session may do what it may, and ends with it. Null: a trusted proxy
  person      text        NOT NULL,
  secret_hash bytea       NOT NULL,
  expires_at  timestamptz NOT NULL,
  revoked_at  timestamptz
);
CREATE INDEX console_sessions_by_end ON jobs.console_sessions (expires_at);
CREATE INDEX console_sessions_of_key ON jobs.console_sessions (key_id, expires_at);
