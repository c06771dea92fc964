-- What runs that were the answer to their post have made, where that lies behind a link: it cannot be asked for again.
CREATE TABLE jobs.answers (
  account_id text        NOT NULL,
  reference  text        NOT NULL,  -- of the attempt
  answer     jsonb       NOT NULL,  -- the link, which may hold a signature, and what the run cost
  kept_at    timestamptz NOT NULL,
  PRIMARY KEY (reference, account_id)
);
CREATE INDEX answers_by_age ON jobs.answers (kept_at);
