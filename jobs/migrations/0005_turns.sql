-- How many turns an account has had at a provider: the next is of the one that waits and had the fewest. One that comes
-- into the line has as many as the last there. Unlogged: after a crash all begin anew.
CREATE UNLOGGED TABLE jobs.turns (
  provider   text        NOT NULL,
  account_id text        NOT NULL,
  turns      bigint      NOT NULL,
  taken_at   timestamptz NOT NULL,  -- the last of them
  PRIMARY KEY (provider, account_id)
);
CREATE INDEX turns_by_age ON jobs.turns (provider, taken_at);
