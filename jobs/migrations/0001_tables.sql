-- Up Migration
-- What people read of a job, and every attempt at a model service, for ever. Every table leads with account_id.

-- What was asked under a key and what became of it: written once by admit, never changed. A refusal stands here too.
CREATE TABLE jobs.admissions (
  account_id  text        NOT NULL,
  job_id      text        NOT NULL,
  -- Of the request as it was sent: tells a retry from another request under the same key.
  fingerprint text        NOT NULL,
  request     jsonb       NOT NULL,
  outcome     jsonb       NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (account_id, job_id)
);

CREATE TABLE jobs.quotes (
  account_id  text        NOT NULL,
  quote_id    text        NOT NULL,
  -- Of the body without what was agreed and without labels: a quote binds the work, whoever labels it.
  fingerprint text        NOT NULL,
  price       jsonb       NOT NULL,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (account_id, quote_id)
);

CREATE TABLE jobs.jobs (
  account_id       text        NOT NULL,
  job_id           text        NOT NULL,
  kind             text        NOT NULL,
  model            text        NOT NULL,
  provider         text        NOT NULL,
  state            text        NOT NULL CHECK (state IN
                     ('queued', 'running', 'stuck', 'succeeded', 'partially_succeeded', 'failed', 'canceled')),
  price_list       int         NOT NULL,
  quoted           bigint      NOT NULL CHECK (quoted >= 0),
  metadata         jsonb       NOT NULL,
  -- Of the request without its labels: an identical job that is stuck is found by it.
  work_fingerprint text        NOT NULL,
  progress         jsonb,
  failure          jsonb,
  expected_by      timestamptz NOT NULL,
  return_by        timestamptz NOT NULL,
  -- What a run of an output may take: return_by is so long after its start, and after a restart anew.
  deadline_seconds double precision NOT NULL,
  created_at       timestamptz NOT NULL,
  finished_at      timestamptz,
  -- Number of the job's last event: events count up by one, without gaps.
  event_seq        bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, job_id),
  CHECK ((finished_at IS NULL) = (state IN ('queued', 'running', 'stuck')))
) WITH (fillfactor = 70);

CREATE INDEX jobs_under_way ON jobs.jobs (account_id) WHERE finished_at IS NULL;
CREATE INDEX jobs_in_doubt ON jobs.jobs (account_id, work_fingerprint) WHERE state = 'stuck';

CREATE TABLE jobs.outputs (
  account_id     text     NOT NULL,
  output_id      text     NOT NULL,
  job_id         text     NOT NULL,
  item           int      NOT NULL,
  variation      int      NOT NULL,
  state          text     NOT NULL CHECK (state IN ('queued', 'running', 'stuck', 'succeeded', 'failed', 'canceled')),
  work           jsonb    NOT NULL,
  credits        bigint   NOT NULL CHECK (credits >= 0),
  reservation_id text     NOT NULL,
  failure        jsonb,
  attempts       int      NOT NULL DEFAULT 0,
  -- When its workflow began, of a job with several outputs: its clock runs from then, not from the job's admission.
  taken_up_at    timestamptz,
  -- The asset, once it is charged for (or was free): what the customer may read.
  sha256         text,
  content_type   text,
  bytes          bigint,
  -- Of an edit: the output it was made from. The work holds it, so that the two cannot differ.
  source_output_id text GENERATED ALWAYS AS (work->>'source_output_id') STORED,
  PRIMARY KEY (account_id, output_id),
  CHECK ((state = 'succeeded') = (sha256 IS NOT NULL))
) WITH (fillfactor = 70);

CREATE INDEX outputs_of_job ON jobs.outputs (account_id, job_id, item, variation);
CREATE INDEX outputs_of_source ON jobs.outputs (account_id, source_output_id) WHERE source_output_id IS NOT NULL;

-- One submission of one output, or of one part of a stage of it, to one provider; the row is written before the request
-- leaves.
--   posting → accepted | rejected | unknown;  unknown → accepted | rejected (by look-up, or by support's word);
--   accepted → collected | failed (it ran, and brought nothing) | replaced (support restarted: the next number is made);
--   any of them → fenced, when the reservation ends or the attempt is given up. Only `posting` may become accepted by
--   the submitter: whoever was fenced in the meantime has lost.
CREATE TABLE jobs.attempts (
  account_id      text        NOT NULL,
  reference       text        NOT NULL,
  job_id          text        NOT NULL,
  output_id       text        NOT NULL,
  -- Of the part: render, scenes_2.
  stage           text        NOT NULL,
  number          int         NOT NULL CHECK (number > 0),
  provider        text        NOT NULL,
  state           text        NOT NULL CHECK (state IN
                    ('posting', 'accepted', 'rejected', 'unknown', 'collected', 'failed', 'replaced', 'fenced')),
  provider_job_id text,
  -- Why it was refused, or how its run failed.
  error_class     text,
  -- How far its run has come, 0 … 1.
  fraction        double precision,
  billed          text,
  cost            text,
  -- The stored asset, charged or not: a result that came too late is kept for support.
  sha256          text,
  content_type    text,
  bytes           bigint,
  posted_at       timestamptz NOT NULL,
  resolved_at     timestamptz,
  PRIMARY KEY (account_id, reference),
  UNIQUE (account_id, output_id, stage, number)
) WITH (fillfactor = 70);

CREATE TABLE jobs.events (
  account_id text        NOT NULL,
  job_id     text        NOT NULL,
  seq        bigint      NOT NULL,
  type       text        NOT NULL,
  data       jsonb       NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, job_id, seq)
);

CREATE TABLE jobs.api_keys (
  key_id      text        NOT NULL PRIMARY KEY,
  -- Null: a platform key, which acts for the account named in the request.
  account_id  text,
  name        text        NOT NULL,
  secret_hash bytea       NOT NULL,
  scopes      text[]      NOT NULL,
  created_at  timestamptz NOT NULL,
  revoked_at  timestamptz
);

-- Down Migration
