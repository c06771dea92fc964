-- Where a key or an account stands in its limit of requests: the instant at which it has all of it again (a generic
-- cell rate). No row: it has all of it now. Unlogged: no request waits for a disk, and after a crash all begin anew.
CREATE UNLOGGED TABLE jobs.request_rates (
  subject  text        NOT NULL PRIMARY KEY,  -- a key's id, or an account's
  whole_at timestamptz NOT NULL
) WITH (fillfactor = 50);
