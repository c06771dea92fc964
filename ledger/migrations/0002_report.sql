-- What moved, by day (UTC) and source of credits: the entries of live accounts before report_position, each once.
CREATE TABLE ledger.report_days (
  day      date                NOT NULL,
  source   ledger.grant_source NOT NULL,
  issued   bigint              NOT NULL,
  spent    bigint              NOT NULL,
  refunded bigint              NOT NULL,
  expired  bigint              NOT NULL,
  voided   bigint              NOT NULL,
  PRIMARY KEY (day, source)
);

-- One row: entries before this instant are counted.
CREATE TABLE ledger.report_position (counted_until timestamptz NOT NULL);
INSERT INTO ledger.report_position VALUES ('-infinity');

-- The journal by time: a few intervals per megabyte of it, which an insert does not touch. The entries of a test
-- account whose clock is ahead lie between the others, so one interval would not do.
CREATE INDEX entries_by_time ON ledger.entries USING brin (created_at timestamptz_minmax_multi_ops)
WITH (autosummarize = ON);

-- The last run of each check: of the ledger (reconcile), and of the open reservations (the reconciler).
CREATE TABLE ledger.check_runs (
  name     text        NOT NULL PRIMARY KEY CHECK (name IN ('ledger', 'reservations')),
  ran_at   timestamptz NOT NULL,
  findings int         NOT NULL,
  detail   jsonb       NOT NULL
);
