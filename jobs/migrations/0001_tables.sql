-- What people read of a job, and every attempt at a model service. Every table leads with account_id.
CREATE DOMAIN jobs.job_state AS text
  CHECK (VALUE IN ('queued', 'running', 'stuck', 'succeeded', 'partially_succeeded', 'failed', 'canceled'));
CREATE DOMAIN jobs.output_state AS text
  CHECK (VALUE IN ('queued', 'running', 'stuck', 'succeeded', 'failed', 'canceled'));
CREATE DOMAIN jobs.attempt_state AS text
  CHECK (VALUE IN ('posting', 'accepted', 'rejected', 'unknown', 'collected', 'failed', 'replaced', 'fenced'));
CREATE DOMAIN jobs.dollars AS numeric(20, 9) CHECK (VALUE >= 0);  -- exactly: services bill in billionths

-- The request under a key, and its outcome, a refusal too: written once by admit, never changed.
CREATE TABLE jobs.admissions (
  account_id  text        NOT NULL,
  job_id      text        NOT NULL,
  fingerprint text        NOT NULL,  -- of the request: tells a retry from another request under the same key
  request     jsonb       NOT NULL,
  outcome     jsonb       NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (account_id, job_id)
);

CREATE TABLE jobs.quotes (
  account_id  text        NOT NULL,
  quote_id    text        NOT NULL,
  fingerprint text        NOT NULL,  -- of the work: the body without what was agreed and without labels
  price       jsonb       NOT NULL,
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (quote_id, account_id)  -- the quote first: support has its id alone
);

CREATE TABLE jobs.jobs (
  account_id       text             NOT NULL,
  job_id           text             NOT NULL,
  kind             text             NOT NULL,
  model            text             NOT NULL,
  provider         text             NOT NULL,
  state            jobs.job_state   NOT NULL,
  price_list       int              NOT NULL,
  quoted           ledger.credits   NOT NULL,
  metadata         jsonb            NOT NULL,
  work_fingerprint text             NOT NULL,  -- an identical job that is stuck is found by it
  progress         jsonb,
  failure          jsonb,
  expected_by      timestamptz      NOT NULL,
  return_by        timestamptz      NOT NULL,
  deadline_seconds double precision NOT NULL,  -- what a run of an output may take
  created_at       timestamptz      NOT NULL,
  finished_at      timestamptz,
  event_seq        bigint           NOT NULL DEFAULT 0,  -- number of the last event: they count up by one, without gaps
  outputs          int              NOT NULL,  -- how many outputs there are, and how many have ended, by how they ended
  succeeded        int              NOT NULL DEFAULT 0,
  failed           int              NOT NULL DEFAULT 0,
  canceled         int              NOT NULL DEFAULT 0,
  PRIMARY KEY (job_id, account_id)  -- the job first: support has its id alone
) WITH (fillfactor = 70);
-- See the domains of the ledger: what a hot row must be is a function that its CHECK calls.
CREATE FUNCTION jobs.is_sound(j jobs.jobs) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN j.succeeded + j.failed + j.canceled <= j.outputs AND j.outputs > 0
         AND (j.finished_at IS NULL) = (j.state IN ('queued', 'running', 'stuck'));
END $$;
ALTER TABLE jobs.jobs ADD CHECK (jobs.is_sound(jobs));
CREATE INDEX jobs_under_way ON jobs.jobs (account_id) WHERE finished_at IS NULL;
CREATE INDEX jobs_in_doubt ON jobs.jobs (account_id, work_fingerprint) WHERE state = 'stuck';
-- "My jobs", newest first. Neither column changes, so that an update stays on its page (HOT).
CREATE INDEX jobs_by_age ON jobs.jobs (account_id, created_at DESC, job_id DESC) WHERE created_at > '-infinity';

CREATE TABLE jobs.outputs (
  account_id       text              NOT NULL,
  output_id        text              NOT NULL,
  job_id           text              NOT NULL,
  item             int               NOT NULL,
  variation        int               NOT NULL,
  state            jobs.output_state NOT NULL,
  work             jsonb             NOT NULL,
  credits          ledger.credits    NOT NULL,
  reservation_id   text              NOT NULL,
  failure          jsonb,
  attempts         int               NOT NULL DEFAULT 0,
  deadline_seconds double precision  NOT NULL,  -- how long it may take, from its own start
  begun_at       timestamptz,  -- when its own workflow began, of a job with several outputs: its clock runs from then
  sha256           text,  -- the asset, once it is charged for (or was free): what the customer may read
  content_type     text,
  bytes            bigint,
  has_c2pa         boolean,  -- of a picture: whether it carries a manifest of where it comes from
  retention_days   int,  -- of its kind; null: its result is kept forever
  expires_at       timestamptz,  -- what it made is not needed from then on; null: forever, or it has not ended
  source_output_id text              GENERATED ALWAYS AS (work->>'source_output_id') STORED,  -- of an edit
  PRIMARY KEY (output_id, account_id)
) WITH (fillfactor = 70);
CREATE FUNCTION jobs.is_sound(o jobs.outputs) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN (o.state = 'succeeded') = (o.sha256 IS NOT NULL) AND coalesce(o.retention_days, 1) > 0;
END $$;
ALTER TABLE jobs.outputs ADD CHECK (jobs.is_sound(outputs));
-- Read through jobs.outputs_of, which names the predicate. So, and with the output first in the primary key, each
-- look-up can use one index alone: without statistics the planner takes any index that begins with the account for as
-- good, and reads all that the account has.
CREATE INDEX outputs_of_job ON jobs.outputs (account_id, job_id, item, variation) WHERE job_id > '';
CREATE INDEX outputs_of_source ON jobs.outputs (account_id, source_output_id) WHERE source_output_id IS NOT NULL;

-- One submission of one output, or of one part of a stage of it, to one provider; written before the request leaves.
--   posting → accepted | rejected | unknown;  unknown → accepted | rejected (by look-up, or by support's word);
--   accepted → collected | failed (it ran, and brought nothing) | replaced (support restarted: the next is made);
--   any of them → fenced, when the reservation ends or the attempt is given up. Only `posting` may become accepted by
--   the submitter: one that was fenced in the meantime has lost.
CREATE TABLE jobs.attempts (
  account_id      text               NOT NULL,
  reference       text               NOT NULL,
  job_id          text               NOT NULL,
  output_id       text               NOT NULL,
  stage           text               NOT NULL,  -- of the part: render, scenes_2
  is_last_stage   boolean            NOT NULL,  -- its result is the output's
  number          int                NOT NULL,
  provider        text               NOT NULL,
  model           text               NOT NULL,  -- as the provider calls it: of a fallback, where that has taken over
  state           jobs.attempt_state NOT NULL,
  provider_job_id text,
  error_class     text,  -- why it was refused, or how its run failed
  fraction        double             precision,  -- how far its run has come, 0 … 1
  billed          text,  -- whether the service charges for it, by its own word: yes, no, unknown
  cost            jobs.dollars,  -- by the catalogue until its end, then by what the service said
  is_cost_final   boolean            NOT NULL DEFAULT false,
  max_cost        jobs.dollars,  -- what all attempts of its output together may cost; null: whatever they do
  bill            jobs.dollars,  -- the sum of its lines in the service's bills, which goes before both
  sha256          text,  -- the stored asset, charged or not: what came too late is kept for support
  content_type    text,
  bytes           bigint,
  has_c2pa        boolean,
  submitter       text               NOT NULL,  -- process#claim: the call that made the row, which alone may post
  webhook_hash    bytea,  -- SHA-256 of the secret in the address that its provider was given; null: it was given none
  webhooks        text[]             NOT NULL DEFAULT '{}',  -- what its provider has told of it: see jobs.note_webhook
  told_job        text,  -- what its provider calls the job, by a webhook that came before any answer did
  posted_at       timestamptz        NOT NULL,
  closed_at       timestamptz,  -- its submitter has given it up and reset its connection: nothing of it can arrive
  resolved_at     timestamptz,
  -- The service's id of the run, as its bills name it: where it is an address (fal), the end of it.
  run_id          text
    GENERATED ALWAYS AS (substring(coalesce(provider_job_id, told_job) FROM '([^/ ]+)( |$)')) STORED,
  -- Since when it counts no more, while its provider may still run it: the reconciler's schedule stops it.
  stopping_since  timestamptz,
  stop_tries      int                NOT NULL DEFAULT 0,
  stop_due_at     timestamptz,
  PRIMARY KEY (reference, account_id)
) WITH (fillfactor = 70);
-- Read through jobs.attempts_of (see outputs_of_job).
CREATE UNIQUE INDEX attempts_of_output ON jobs.attempts (account_id, output_id, stage, number) WHERE output_id > '';
-- For support and for bills, which name a provider's job.
CREATE INDEX attempts_by_run ON jobs.attempts (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX attempts_by_age ON jobs.attempts (posted_at);  -- what a month cost, or a second posted
CREATE INDEX attempts_to_stop ON jobs.attempts (stop_due_at) WHERE stop_due_at IS NOT NULL;
-- For the sweep of the asset folder.
CREATE INDEX attempts_by_asset ON jobs.attempts (sha256) WHERE sha256 IS NOT NULL;
-- What runs at a provider.
CREATE INDEX attempts_in_flight ON jobs.attempts (provider, account_id, model)
  WHERE state IN ('posting', 'unknown', 'accepted');

-- Models that have failed lately. A breaker is open from opened_at until its probe, which leaves at probe_at, succeeds.
CREATE TABLE jobs.breakers (
  provider  text NOT NULL,
  model     text NOT NULL,
  failures  int  NOT NULL,  -- in a row, by fault of the service
  step      text NOT NULL,  -- submit or run: where it failed last, and has to succeed
  opened_at timestamptz,  -- null: closed
  probe     text,  -- reference of the attempt that tries whether it works again
  probe_at  timestamptz,
  PRIMARY KEY (provider, model)
);

-- Attempts in line at a provider. awake_until: they ask for their turn until then.
CREATE TABLE jobs.waiting (
  account_id  text        NOT NULL,
  reference   text        NOT NULL,
  provider    text        NOT NULL,
  model       text        NOT NULL,
  is_batch    boolean     NOT NULL,
  since       timestamptz NOT NULL,
  awake_until timestamptz NOT NULL,
  PRIMARY KEY (reference, account_id)
);
CREATE INDEX waiting_by_provider ON jobs.waiting (provider, account_id);

-- Lines of services' bills, each counted once however often its bill is imported.
CREATE TABLE jobs.bill_lines (
  account_id text         NOT NULL,
  provider   text         NOT NULL,
  line       text         NOT NULL,  -- the bill's own name of it
  reference  text         NOT NULL,  -- of the attempt
  cost       jobs.dollars NOT NULL,
  PRIMARY KEY (provider, line)
);

-- Stopping begins in the transaction that gives an attempt up, or rejects an unknown one, which may run all the same.
CREATE FUNCTION jobs.begin_to_stop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.stopping_since := now();
  NEW.stop_due_at := now();
  RETURN NEW;
END $$;
CREATE TRIGGER attempt_to_stop_is_noted BEFORE UPDATE OF state ON jobs.attempts FOR EACH ROW
  WHEN (NEW.state IN ('fenced', 'replaced') AND OLD.state IN ('posting', 'unknown', 'accepted')
        OR NEW.state = 'rejected' AND OLD.state = 'unknown')
  EXECUTE FUNCTION jobs.begin_to_stop();

CREATE TABLE jobs.events (
  account_id text        NOT NULL,
  job_id     text        NOT NULL,
  seq        bigint      NOT NULL,
  type       text        NOT NULL,
  data       jsonb       NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, job_id, seq)
);

-- Keyed calls other than submissions: what was asked first under a key, and what was returned, forever.
CREATE TABLE jobs.idempotency_keys (
  account_id  text        NOT NULL,
  route       text        NOT NULL CHECK (route IN
                ('grants', 'usage', 'cancel', 'release', 'refund', 'extend', 'restart', 'resolve')),
  key         text        NOT NULL,
  fingerprint text        NOT NULL,
  answer      jsonb       NOT NULL,
  PRIMARY KEY (account_id, route, key)
);

-- The repair queue: what the reconciler could not settle, one row per reservation.
CREATE TABLE jobs.repairs (
  account_id     text        NOT NULL,
  reservation_id text        NOT NULL,
  why            text        NOT NULL,  -- the last reason: what the ledger said, or why Temporal was not believed
  tries          int         NOT NULL CHECK (tries > 0),
  first_seen_at  timestamptz NOT NULL,
  last_seen_at   timestamptz NOT NULL,
  PRIMARY KEY (account_id, reservation_id)
);
CREATE INDEX repairs_by_age ON jobs.repairs (first_seen_at, account_id, reservation_id);

-- Reports of unusable outputs and what was decided of them. Both tables are append-only.
CREATE TABLE jobs.reviews (
  account_id text        NOT NULL,
  review_id  text        NOT NULL,
  output_id  text        NOT NULL,
  job_id     text        NOT NULL,
  number     int         NOT NULL,  -- of the output's reviews: 1, 2, …
  category   text        NOT NULL CHECK (category IN
               ('broken', 'wrong_product', 'vague_brief', 'beyond_model', 'other')),
  note       text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, review_id),
  UNIQUE (account_id, output_id, number)
);
-- For support's list, an account's own, and a review whose id alone is known.
CREATE INDEX reviews_by_age ON jobs.reviews (created_at DESC, review_id DESC);
CREATE INDEX reviews_of_account_by_age ON jobs.reviews (account_id, created_at DESC, review_id DESC);
CREATE INDEX reviews_by_id ON jobs.reviews (review_id);

CREATE TABLE jobs.review_decisions (
  account_id  text        NOT NULL,
  review_id   text        NOT NULL,
  number      int         NOT NULL,
  key         text        NOT NULL,  -- the caller's Idempotency-Key, and what was sent under it
  fingerprint text        NOT NULL,
  decision    text        NOT NULL CHECK (decision IN ('refund', 'free_retry', 'deny')),
  reason      text        NOT NULL,
  actor       text        NOT NULL,
  retry_job_id text,  -- the job that this decision admits at no credits. No other job may be free (is_free_retry).
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (account_id, review_id, number),
  UNIQUE (account_id, key),
  CHECK ((decision = 'free_retry') = (retry_job_id IS NOT NULL))
);
CREATE UNIQUE INDEX review_decisions_by_retry ON jobs.review_decisions (account_id, retry_job_id)
  WHERE retry_job_id IS NOT NULL;
CREATE TRIGGER reviews_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jobs.reviews
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER review_decisions_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jobs.review_decisions
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Pictures that briefs refer to: fetched once per job and address, by the output that claims it first.
CREATE TABLE jobs.reference_assets (
  account_id    text        NOT NULL,
  job_id        text        NOT NULL,
  url_key       text        NOT NULL,  -- of the address, which may be longer than an index takes
  url           text        NOT NULL,
  state         text        NOT NULL CHECK (state IN ('fetching', 'kept', 'refused')),
  claimed_by    text        NOT NULL,  -- the output whose activity fetches it, and until when no other may
  claimed_until timestamptz NOT NULL,
  sha256        text,
  content_type  text,
  bytes         bigint,
  refusal       text,
  resolved_at   timestamptz,
  PRIMARY KEY (account_id, job_id, url_key),
  CHECK ((state = 'kept') = (sha256 IS NOT NULL AND content_type IS NOT NULL AND bytes IS NOT NULL)),
  CHECK ((state = 'refused') = (refusal IS NOT NULL))
);
CREATE INDEX reference_assets_by_asset ON jobs.reference_assets (sha256) WHERE sha256 IS NOT NULL;

-- Items of jobs.admit, jobs.settle and jobs.spend, read from JSON once.
CREATE TYPE jobs.admit_output AS (
  output_id text, reservation_id text, item int, variation int, credits bigint, work jsonb,
  deadline_seconds float, retention_days int
);

-- request: the body as sent. refusal: why it was refused before this call ({code, reason, …}); then nothing below it is
-- given. work_fingerprint: of the request without labels and agreement.
CREATE TYPE jobs.admit_item AS (
  account_id text, job_id text, fingerprint text, request jsonb, admit_by timestamptz, refusal jsonb,
  work_fingerprint text, quote_id text, max_credits bigint, force boolean,
  kind text, model text, provider text, metadata jsonb, member text, project text,
  price_list int, total bigint, expected_seconds float, deadline_seconds float, outputs jobs.admit_output[]
);

-- What an admission returns: see jobs.admit.
CREATE TYPE jobs.admitted AS (outcome jsonb, fingerprint text, is_open boolean, age_seconds float);

-- credits: of a commit. The others: of a release. failure: {code, …}. overdue_seconds: release only if it is so long
-- past return_by, which support may have moved; null: in any case. if_never_begun: {failure, expired_policy} instead,
-- where nothing was done for the output yet.
CREATE TYPE jobs.settle_item AS (
  account_id text, job_id text, output_id text, reservation_id text, verb ledger.settle_verb, credits bigint,
  failure jsonb, expired_policy ledger.expired_policy, return_grant_hours int, overdue_seconds float,
  if_never_begun jsonb
);

-- How an output ended, or why it could not: see jobs.settle.
CREATE TYPE jobs.settled AS (outcome text, failure jsonb, committed bigint, released bigint, content jsonb);

-- note: what it was for, as the usage history shows it.
CREATE TYPE jobs.spend_item AS (
  account_id text, key text, fingerprint text, spend_id text, amount bigint, note text, member text, project text
);

-- What is returned under an idempotency key, with the fingerprint first stored, and whether it was stored before.
CREATE TYPE jobs.keyed_answer AS (answer jsonb, fingerprint text, is_replay boolean);
