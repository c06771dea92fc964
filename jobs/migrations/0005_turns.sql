-- Up Migration
-- When an account last had a turn at a provider with limits: the next is of another that waits. Unlogged: after a crash
-- all begin anew.
CREATE UNLOGGED TABLE jobs.turns (
  provider   text        NOT NULL,
  account_id text        NOT NULL,
  taken_at   timestamptz NOT NULL,
  PRIMARY KEY (provider, account_id)
);
CREATE INDEX turns_by_age ON jobs.turns (provider, taken_at);

-- Down Migration
DROP TABLE jobs.turns;
