-- What a migrated database holds, for reading: written by `npm run schema` from PostgreSQL's catalogue, and held against a migrated
-- database by test/ledger/database/schema.test.ts. What makes it stands in */migrations, */functions and jobs/grants.sql.

-- Types

CREATE DOMAIN jobs.attempt_state AS text CHECK ((VALUE = ANY (ARRAY['posting'::text, 'accepted'::text, 'rejected'::text,
      'unknown'::text, 'collected'::text, 'failed'::text, 'replaced'::text, 'fenced'::text])));

CREATE DOMAIN jobs.dollars AS numeric(20,9) CHECK ((VALUE >= (0)::numeric));

CREATE DOMAIN jobs.job_state AS text CHECK ((VALUE = ANY (ARRAY['queued'::text, 'running'::text, 'stuck'::text,
      'succeeded'::text, 'partially_succeeded'::text, 'failed'::text, 'canceled'::text])));

CREATE DOMAIN jobs.output_state AS text CHECK ((VALUE = ANY (ARRAY['queued'::text, 'running'::text, 'stuck'::text,
      'succeeded'::text, 'failed'::text, 'canceled'::text])));

CREATE DOMAIN ledger.account_mode AS text CHECK ((VALUE = ANY (ARRAY['live'::text, 'test'::text])));

CREATE DOMAIN ledger.credits AS bigint CHECK ((VALUE >= 0));

CREATE DOMAIN ledger.expired_policy AS text CHECK ((VALUE = ANY (ARRAY['return_grant'::text, 'expire'::text])));

CREATE DOMAIN ledger.grant_source AS text CHECK ((VALUE = ANY (ARRAY['plan'::text, 'trial'::text, 'sign_up'::text,
      'referral'::text, 'return'::text, 'goodwill'::text, 'top_up'::text])));

CREATE DOMAIN ledger.job_limit AS integer CHECK ((VALUE >= 0));

CREATE DOMAIN ledger.reservation_reason AS text CHECK ((VALUE = ANY (ARRAY['generation'::text, 'free_retry'::text,
      'spend'::text, 'tombstone'::text])));

CREATE DOMAIN ledger.settle_verb AS text NOT NULL CHECK ((VALUE = ANY (ARRAY['commit'::text, 'release'::text])));

CREATE TYPE jobs.admit_item AS (
  account_id text,
  job_id text,
  fingerprint text,
  request jsonb,
  admit_by timestamp with time zone,
  refusal jsonb,
  work_fingerprint text,
  quote_id text,
  max_credits bigint,
  force boolean,
  kind text,
  model text,
  provider text,
  metadata jsonb,
  member text,
  project text,
  price_list integer,
  total bigint,
  expected_seconds double precision,
  deadline_seconds double precision,
  outputs jobs.admit_output[]
);

CREATE TYPE jobs.admit_output AS (
  output_id text,
  reservation_id text,
  item integer,
  variation integer,
  credits bigint,
  work jsonb,
  deadline_seconds double precision,
  retention_days integer
);

CREATE TYPE jobs.admitted AS (
  outcome jsonb,
  fingerprint text,
  is_open boolean,
  age_seconds double precision
);

CREATE TYPE jobs.keyed_answer AS (
  answer jsonb,
  fingerprint text,
  is_replay boolean
);

CREATE TYPE jobs.settle_item AS (
  account_id text,
  job_id text,
  output_id text,
  reservation_id text,
  verb ledger.settle_verb,
  credits bigint,
  failure jsonb,
  expired_policy ledger.expired_policy,
  return_grant_hours integer,
  overdue_seconds double precision,
  if_never_begun jsonb
);

CREATE TYPE jobs.settled AS (
  outcome text,
  failure jsonb,
  committed bigint,
  released bigint,
  content jsonb
);

CREATE TYPE jobs.spend_item AS (
  account_id text,
  key text,
  fingerprint text,
  spend_id text,
  amount bigint,
  note text,
  member text,
  project text
);

CREATE TYPE ledger.bucket AS ENUM ('outside', 'available', 'reserved', 'spent', 'expired', 'voided');

CREATE TYPE ledger.deltas AS (
  outside bigint,
  available bigint,
  reserved bigint,
  spent bigint,
  expired bigint,
  voided bigint
);

CREATE TYPE ledger.entry_kind AS ENUM ('grant', 'reserve', 'commit', 'release', 'spend', 'refund', 'expire', 'void');

CREATE TYPE ledger.move AS (
  grant_id text,
  kind ledger.entry_kind,
  from_bucket ledger.bucket,
  to_bucket ledger.bucket,
  amount bigint,
  reservation_id text,
  reason text
);

CREATE TYPE ledger.part AS (
  reservation_id text,
  output_id text,
  amount bigint
);

CREATE TYPE ledger.portion AS (
  grant_id text,
  amount bigint
);

CREATE TYPE ledger.reservation_state AS ENUM ('open', 'committed', 'released');

CREATE TYPE ledger.reserved AS (
  outcome text,
  available bigint,
  reserved bigint
);

CREATE TYPE ledger.settled AS (
  outcome text,
  is_replay boolean,
  committed bigint,
  released bigint
);

CREATE TYPE ledger.spender AS ENUM ('member', 'project');

-- Tables

CREATE TABLE ledger.account_profiles (
  account_id text NOT NULL,
  name text NOT NULL,
  reference text NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  price_list text,
  PRIMARY KEY (account_id),
  UNIQUE (reference)
);

CREATE TABLE ledger.accounts (
  account_id text NOT NULL,
  available ledger.credits NOT NULL DEFAULT 0,
  reserved ledger.credits NOT NULL DEFAULT 0,
  spent ledger.credits NOT NULL DEFAULT 0,
  expired ledger.credits NOT NULL DEFAULT 0,
  voided ledger.credits NOT NULL DEFAULT 0,
  entry_seq bigint NOT NULL DEFAULT 0,
  moved_at timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone,
  next_expiry_at timestamp with time zone NOT NULL DEFAULT 'infinity'::timestamp with time zone,
  period_starts_at timestamp with time zone NOT NULL,
  period_ends_at timestamp with time zone NOT NULL,
  spent_before ledger.credits NOT NULL DEFAULT 0,
  max_concurrent_jobs ledger.job_limit,
  member_credits_per_period ledger.credits,
  project_credits_per_period ledger.credits,
  has_spend_caps boolean NOT NULL DEFAULT false,
  low_balance_at ledger.credits NOT NULL DEFAULT 0,
  has_own_low_balance boolean NOT NULL DEFAULT false,
  low_balance_rise ledger.credits NOT NULL DEFAULT 0,
  is_low_noticed boolean NOT NULL DEFAULT false,
  mode ledger.account_mode NOT NULL DEFAULT 'live'::text,
  frozen_at timestamp with time zone,
  clock_ahead interval NOT NULL DEFAULT '00:00:00'::interval,
  clock_target timestamp with time zone,
  PRIMARY KEY (account_id)
);

CREATE TABLE ledger.check_runs (
  name text NOT NULL,
  ran_at timestamp with time zone NOT NULL,
  findings integer NOT NULL,
  detail jsonb NOT NULL,
  CHECK ((name = ANY (ARRAY['ledger'::text, 'reservations'::text]))),
  PRIMARY KEY (name)
);

CREATE TABLE ledger.entries (
  account_id text NOT NULL,
  seq bigint NOT NULL,
  kind ledger.entry_kind NOT NULL,
  grant_id text NOT NULL,
  from_bucket ledger.bucket NOT NULL,
  to_bucket ledger.bucket NOT NULL,
  amount bigint NOT NULL,
  balance_after ledger.credits NOT NULL,
  reservation_id text,
  reason text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CHECK (ledger.is_sound(entries.*)),
  PRIMARY KEY (account_id, seq)
);

CREATE TABLE ledger.grants (
  account_id text NOT NULL,
  grant_id text NOT NULL,
  source ledger.grant_source NOT NULL,
  priority smallint NOT NULL,
  amount bigint NOT NULL DEFAULT 0,
  available ledger.credits NOT NULL DEFAULT 0,
  reserved ledger.credits NOT NULL DEFAULT 0,
  spent ledger.credits NOT NULL DEFAULT 0,
  expired ledger.credits NOT NULL DEFAULT 0,
  voided ledger.credits NOT NULL DEFAULT 0,
  effective_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL DEFAULT 'infinity'::timestamp with time zone,
  voided_at timestamp with time zone,
  not_recovered ledger.credits,
  reference text,
  created_at timestamp with time zone NOT NULL,
  ordinal bigint NOT NULL,
  is_live boolean NOT NULL GENERATED ALWAYS AS ((((available)::bigint > 0) OR ((reserved)::bigint > 0))) STORED,
  CHECK (ledger.is_sound(grants.*)),
  PRIMARY KEY (account_id, grant_id)
);

CREATE TABLE ledger.limit_overrides (
  account_id text NOT NULL,
  spender ledger.spender NOT NULL,
  name text NOT NULL,
  credits_per_period ledger.credits,
  PRIMARY KEY (account_id, spender, name)
);

CREATE TABLE ledger.low_balance_notices (
  account_id text NOT NULL,
  entry_seq bigint NOT NULL,
  available bigint NOT NULL,
  low_balance_at bigint NOT NULL,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (account_id, entry_seq)
);

CREATE TABLE ledger.operator_actions (
  account_id text NOT NULL,
  action_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  actor text NOT NULL,
  action text NOT NULL,
  reason text NOT NULL,
  detail jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (account_id, action_id)
);

CREATE TABLE ledger.plan_calls (
  account_id text NOT NULL,
  reference text NOT NULL,
  content jsonb NOT NULL,
  answer jsonb NOT NULL,
  PRIMARY KEY (account_id, reference)
);

CREATE TABLE ledger.plan_periods (
  account_id text NOT NULL,
  period_starts_at timestamp with time zone NOT NULL,
  period_ends_at timestamp with time zone NOT NULL,
  plan text NOT NULL,
  granted ledger.credits NOT NULL,
  is_skipped boolean NOT NULL,
  CHECK ((is_skipped = ((granted)::bigint = 0))),
  PRIMARY KEY (account_id, period_starts_at)
);

CREATE TABLE ledger.plans (
  account_id text NOT NULL,
  plan text,
  anchor_at timestamp with time zone NOT NULL,
  period_starts_at timestamp with time zone NOT NULL,
  period_ends_at timestamp with time zone NOT NULL,
  next_plan text,
  renewal text NOT NULL,
  CHECK ((period_ends_at > period_starts_at)),
  CHECK ((renewal = ANY (ARRAY['automatic'::text, 'by_call'::text]))),
  PRIMARY KEY (account_id)
);

CREATE TABLE ledger.price_lists (
  name text NOT NULL,
  version integer NOT NULL,
  hash text NOT NULL,
  PRIMARY KEY (name, version)
);

CREATE TABLE ledger.referrals (
  account_id text NOT NULL,
  inviter_id text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  paid_at timestamp with time zone,
  CHECK ((inviter_id <> account_id)),
  PRIMARY KEY (account_id)
);

CREATE TABLE ledger.refunds (
  account_id text NOT NULL,
  refund_id text NOT NULL,
  reservation_id text NOT NULL,
  asked bigint,
  amount bigint NOT NULL,
  reason text NOT NULL,
  entries int8range NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CHECK ((amount > 0)),
  PRIMARY KEY (account_id, refund_id)
);

CREATE TABLE ledger.report_days (
  day date NOT NULL,
  source ledger.grant_source NOT NULL,
  issued bigint NOT NULL,
  spent bigint NOT NULL,
  refunded bigint NOT NULL,
  expired bigint NOT NULL,
  voided bigint NOT NULL,
  PRIMARY KEY (day, source)
);

CREATE TABLE ledger.report_position (
  counted_until timestamp with time zone NOT NULL
);

CREATE TABLE ledger.reservations (
  account_id text NOT NULL,
  reservation_id text NOT NULL,
  job_id text,
  output_id text,
  reason ledger.reservation_reason NOT NULL,
  amount ledger.credits NOT NULL,
  state ledger.reservation_state NOT NULL,
  committed ledger.credits NOT NULL DEFAULT 0,
  released ledger.credits NOT NULL DEFAULT 0,
  refunded ledger.credits NOT NULL DEFAULT 0,
  portions ledger.portion[] NOT NULL DEFAULT '{}'::ledger.portion[],
  member text,
  project text,
  period_starts_at timestamp with time zone NOT NULL,
  return_by timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  settled_at timestamp with time zone,
  reserve_entries int8range NOT NULL DEFAULT 'empty'::int8range,
  settle_entries int8range,
  CHECK (ledger.is_sound(reservations.*)),
  PRIMARY KEY (account_id, reservation_id)
);

CREATE TABLE ledger.usage (
  account_id text NOT NULL,
  spender ledger.spender NOT NULL,
  name text NOT NULL,
  period_starts_at timestamp with time zone NOT NULL,
  used ledger.credits NOT NULL,
  PRIMARY KEY (account_id, spender, name, period_starts_at)
);

CREATE TABLE jobs.admissions (
  account_id text NOT NULL,
  job_id text NOT NULL,
  fingerprint text NOT NULL,
  request jsonb NOT NULL,
  outcome jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (account_id, job_id)
);

CREATE TABLE jobs.answers (
  account_id text NOT NULL,
  reference text NOT NULL,
  answer jsonb NOT NULL,
  kept_at timestamp with time zone NOT NULL,
  PRIMARY KEY (reference, account_id)
);

CREATE TABLE jobs.api_keys (
  key_id text NOT NULL,
  account_id text,
  mode ledger.account_mode NOT NULL,
  name text NOT NULL,
  secret_hash bytea NOT NULL,
  scopes text[] NOT NULL,
  made_by text,
  fingerprint text,
  replaces text,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL DEFAULT 'infinity'::timestamp with time zone,
  revoked_at timestamp with time zone,
  PRIMARY KEY (key_id),
  UNIQUE (made_by)
);

CREATE TABLE jobs.attempts (
  account_id text NOT NULL,
  reference text NOT NULL,
  job_id text NOT NULL,
  output_id text NOT NULL,
  stage text NOT NULL,
  is_last_stage boolean NOT NULL,
  number integer NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  state jobs.attempt_state NOT NULL,
  provider_job_id text,
  error_class text,
  fraction double precision,
  billed text,
  cost jobs.dollars,
  is_cost_final boolean NOT NULL DEFAULT false,
  max_cost jobs.dollars,
  bill jobs.dollars,
  sha256 text,
  content_type text,
  bytes bigint,
  has_c2pa boolean,
  submitter text NOT NULL,
  webhook_hash bytea,
  webhooks text[] NOT NULL DEFAULT '{}'::text[],
  told_job text,
  posted_at timestamp with time zone NOT NULL,
  closed_at timestamp with time zone,
  resolved_at timestamp with time zone,
  run_id text GENERATED ALWAYS AS ("substring"(COALESCE(provider_job_id, told_job), '([^/ ]+)( |$)'::text)) STORED,
  stopping_since timestamp with time zone,
  stop_tries integer NOT NULL DEFAULT 0,
  stop_due_at timestamp with time zone,
  PRIMARY KEY (reference, account_id)
);

CREATE TABLE jobs.bill_lines (
  account_id text NOT NULL,
  provider text NOT NULL,
  line text NOT NULL,
  reference text NOT NULL,
  cost jobs.dollars NOT NULL,
  PRIMARY KEY (provider, line)
);

CREATE TABLE jobs.breakers (
  provider text NOT NULL,
  model text NOT NULL,
  failures integer NOT NULL,
  step text NOT NULL,
  opened_at timestamp with time zone,
  probe text,
  probe_at timestamp with time zone,
  PRIMARY KEY (provider, model)
);

CREATE TABLE jobs.console_sessions (
  session_id text NOT NULL,
  key_id text,
  person text NOT NULL,
  secret_hash bytea NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  PRIMARY KEY (session_id)
);

CREATE TABLE jobs.events (
  account_id text NOT NULL,
  job_id text,
  seq bigint,
  type text NOT NULL,
  data jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  sequence bigint NOT NULL,
  CHECK (jobs.is_sound(events.*))
);

CREATE TABLE jobs.expiry_notices (
  account_id text NOT NULL,
  grant_id text NOT NULL,
  PRIMARY KEY (account_id, grant_id)
);

CREATE TABLE jobs.idempotency_keys (
  account_id text NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  answer jsonb NOT NULL,
  CHECK ((route = ANY (ARRAY['grants'::text, 'usage'::text, 'cancel'::text, 'release'::text, 'refund'::text,
      'extend'::text, 'restart'::text, 'resolve'::text]))),
  PRIMARY KEY (account_id, route, key)
);

CREATE TABLE jobs.jobs (
  account_id text NOT NULL,
  job_id text NOT NULL,
  kind text NOT NULL,
  model text NOT NULL,
  provider text NOT NULL,
  state jobs.job_state NOT NULL,
  price_list integer NOT NULL,
  quoted ledger.credits NOT NULL,
  metadata jsonb NOT NULL,
  work_fingerprint text NOT NULL,
  progress jsonb,
  failure jsonb,
  expected_by timestamp with time zone NOT NULL,
  return_by timestamp with time zone NOT NULL,
  deadline_seconds double precision NOT NULL,
  created_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  event_seq bigint NOT NULL DEFAULT 0,
  outputs integer NOT NULL,
  succeeded integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  canceled integer NOT NULL DEFAULT 0,
  CHECK (jobs.is_sound(jobs.*)),
  PRIMARY KEY (job_id, account_id)
);

CREATE TABLE jobs.may_be_open (
  account_id text NOT NULL,
  kind text NOT NULL,
  id text NOT NULL,
  since timestamp with time zone NOT NULL,
  CHECK ((kind = ANY (ARRAY['review'::text, 'repair'::text]))),
  PRIMARY KEY (account_id, kind, id)
);

CREATE TABLE jobs.outputs (
  account_id text NOT NULL,
  output_id text NOT NULL,
  job_id text NOT NULL,
  item integer NOT NULL,
  variation integer NOT NULL,
  state jobs.output_state NOT NULL,
  work jsonb NOT NULL,
  credits ledger.credits NOT NULL,
  reservation_id text NOT NULL,
  failure jsonb,
  attempts integer NOT NULL DEFAULT 0,
  deadline_seconds double precision NOT NULL,
  begun_at timestamp with time zone,
  sha256 text,
  content_type text,
  bytes bigint,
  has_c2pa boolean,
  retention_days integer,
  expires_at timestamp with time zone,
  source_output_id text GENERATED ALWAYS AS ((work ->> 'source_output_id'::text)) STORED,
  CHECK (jobs.is_sound(outputs.*)),
  PRIMARY KEY (output_id, account_id)
);

CREATE TABLE jobs.portal_sessions (
  session_id text NOT NULL,
  account_id text NOT NULL,
  key_id text NOT NULL,
  secret_hash bytea NOT NULL,
  can text[] NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  PRIMARY KEY (session_id)
);

CREATE TABLE jobs.quotes (
  account_id text NOT NULL,
  quote_id text NOT NULL,
  fingerprint text NOT NULL,
  price jsonb NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  PRIMARY KEY (quote_id, account_id)
);

CREATE TABLE jobs.reference_assets (
  account_id text NOT NULL,
  job_id text NOT NULL,
  url_key text NOT NULL,
  url text NOT NULL,
  state text NOT NULL,
  claimed_by text NOT NULL,
  claimed_until timestamp with time zone NOT NULL,
  sha256 text,
  content_type text,
  bytes bigint,
  refusal text,
  resolved_at timestamp with time zone,
  CHECK (((state = 'kept'::text) = ((sha256 IS NOT NULL) AND (content_type IS NOT NULL) AND (bytes IS NOT NULL)))),
  CHECK (((state = 'refused'::text) = (refusal IS NOT NULL))),
  CHECK ((state = ANY (ARRAY['fetching'::text, 'kept'::text, 'refused'::text]))),
  PRIMARY KEY (account_id, job_id, url_key)
);

CREATE TABLE jobs.repairs (
  account_id text NOT NULL,
  reservation_id text NOT NULL,
  why text NOT NULL,
  tries integer NOT NULL,
  first_seen_at timestamp with time zone NOT NULL,
  last_seen_at timestamp with time zone NOT NULL,
  CHECK ((tries > 0)),
  PRIMARY KEY (account_id, reservation_id)
);

CREATE TABLE jobs.request_rates (
  subject text NOT NULL,
  whole_at timestamp with time zone NOT NULL,
  PRIMARY KEY (subject)
);

CREATE TABLE jobs.review_decisions (
  account_id text NOT NULL,
  review_id text NOT NULL,
  number integer NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  decision text NOT NULL,
  reason text NOT NULL,
  actor text NOT NULL,
  retry_job_id text,
  created_at timestamp with time zone NOT NULL,
  CHECK (((decision = 'free_retry'::text) = (retry_job_id IS NOT NULL))),
  CHECK ((decision = ANY (ARRAY['refund'::text, 'free_retry'::text, 'deny'::text]))),
  PRIMARY KEY (account_id, review_id, number),
  UNIQUE (account_id, key)
);

CREATE TABLE jobs.reviews (
  account_id text NOT NULL,
  review_id text NOT NULL,
  output_id text NOT NULL,
  job_id text NOT NULL,
  number integer NOT NULL,
  category text NOT NULL,
  note text,
  created_at timestamp with time zone NOT NULL,
  CHECK ((category = ANY (ARRAY['broken'::text, 'wrong_product'::text, 'vague_brief'::text, 'beyond_model'::text,
      'other'::text]))),
  PRIMARY KEY (account_id, review_id),
  UNIQUE (account_id, output_id, number)
);

CREATE TABLE jobs.turns (
  provider text NOT NULL,
  account_id text NOT NULL,
  turns bigint NOT NULL,
  taken_at timestamp with time zone NOT NULL,
  PRIMARY KEY (provider, account_id)
);

CREATE TABLE jobs.waiting (
  account_id text NOT NULL,
  reference text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  is_batch boolean NOT NULL,
  since timestamp with time zone NOT NULL,
  awake_until timestamp with time zone NOT NULL,
  PRIMARY KEY (reference, account_id)
);

CREATE TABLE jobs.webhook_deliveries (
  account_id text NOT NULL,
  endpoint_id text NOT NULL,
  sequence bigint NOT NULL,
  type text NOT NULL,
  state text NOT NULL DEFAULT 'pending'::text,
  due_at timestamp with time zone NOT NULL,
  claim text,
  attempts integer NOT NULL DEFAULT 0,
  attempted_at timestamp with time zone,
  status integer,
  error text,
  request_body text,
  response_body text,
  created_at timestamp with time zone NOT NULL,
  CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text]))),
  PRIMARY KEY (endpoint_id, sequence)
);

CREATE TABLE jobs.webhook_endpoints (
  account_id text NOT NULL,
  endpoint_id text NOT NULL,
  url text NOT NULL,
  events text[] NOT NULL,
  secret text NOT NULL,
  old_secret text,
  old_secret_until timestamp with time zone,
  failures integer NOT NULL DEFAULT 0,
  failing_since timestamp with time zone,
  paused_until timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone,
  disabled_at timestamp with time zone,
  disabled_reason text,
  deleted_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  CHECK (((disabled_at IS NULL) = (disabled_reason IS NULL))),
  CHECK ((disabled_reason = ANY (ARRAY['asked'::text, 'gone'::text, 'failing'::text]))),
  PRIMARY KEY (endpoint_id, account_id)
);

-- Views



-- Indexes

CREATE INDEX account_profiles_by_name ON ledger.account_profiles USING btree (lower(name) text_pattern_ops);

CREATE INDEX accounts_with_due_expiry ON ledger.accounts USING btree (next_expiry_at) WHERE (next_expiry_at <
      'infinity'::timestamp with time zone);

CREATE INDEX accounts_with_moved_clocks ON ledger.accounts USING btree (account_id) WHERE ((clock_ahead >
      '00:00:00'::interval) OR (clock_target IS NOT NULL));

CREATE INDEX accounts_with_own_prices ON ledger.account_profiles USING btree (price_list) WHERE (price_list IS NOT
      NULL);

CREATE INDEX answers_by_age ON jobs.answers USING btree (kept_at);

CREATE INDEX api_keys_by_age ON jobs.api_keys USING btree (created_at DESC, key_id DESC);

CREATE INDEX api_keys_by_replaced ON jobs.api_keys USING btree (replaces) WHERE (replaces IS NOT NULL);

CREATE INDEX api_keys_of_account_by_age ON jobs.api_keys USING btree (account_id, created_at DESC, key_id DESC);

CREATE INDEX attempts_by_age ON jobs.attempts USING btree (posted_at);

CREATE INDEX attempts_by_asset ON jobs.attempts USING btree (sha256) WHERE (sha256 IS NOT NULL);

CREATE INDEX attempts_by_run ON jobs.attempts USING btree (run_id) WHERE (run_id IS NOT NULL);

CREATE INDEX attempts_in_flight ON jobs.attempts USING btree (provider, account_id, model) WHERE ((state)::text = ANY
      (ARRAY['posting'::text, 'unknown'::text, 'accepted'::text]));

CREATE INDEX attempts_to_stop ON jobs.attempts USING btree (stop_due_at) WHERE (stop_due_at IS NOT NULL);

CREATE INDEX attempts_unknown_by_age ON jobs.attempts USING btree (posted_at) WHERE ((state)::text = 'unknown'::text);

CREATE INDEX console_sessions_by_end ON jobs.console_sessions USING btree (expires_at);

CREATE INDEX console_sessions_of_key ON jobs.console_sessions USING btree (key_id, expires_at);

CREATE INDEX entries_by_time ON ledger.entries USING brin (created_at timestamptz_minmax_multi_ops) WITH
      (autosummarize='on');

CREATE INDEX grants_by_id ON ledger.grants USING btree (grant_id);

CREATE INDEX jobs_by_age ON jobs.jobs USING btree (account_id, created_at DESC, job_id DESC) WHERE (created_at >
      '-infinity'::timestamp with time zone);

CREATE INDEX jobs_in_doubt ON jobs.jobs USING btree (account_id, work_fingerprint) WHERE ((state)::text =
      'stuck'::text);

CREATE INDEX jobs_stuck_by_return ON jobs.jobs USING btree (return_by) WHERE ((state)::text = 'stuck'::text);

CREATE INDEX jobs_under_way ON jobs.jobs USING btree (account_id) WHERE (finished_at IS NULL);

CREATE INDEX operator_actions_listed ON ledger.operator_actions USING btree (account_id, action_id) WHERE (action <> ALL
      (ARRAY['create_portal_session'::text, 'revoke_portal_session'::text]));

CREATE INDEX operator_actions_of_job ON ledger.operator_actions USING btree (account_id, ((detail ->> 'job_id'::text)),
      action_id) WHERE ((detail ->> 'job_id'::text) IS NOT NULL);

CREATE INDEX outputs_of_job ON jobs.outputs USING btree (account_id, job_id, item, variation) WHERE (job_id > ''::text);

CREATE INDEX outputs_of_source ON jobs.outputs USING btree (account_id, source_output_id) WHERE (source_output_id IS NOT
      NULL);

CREATE INDEX plans_to_renew ON ledger.plans USING btree (period_ends_at) WHERE ((renewal = 'automatic'::text) AND (plan
      IS NOT NULL));

CREATE INDEX portal_sessions_of_account ON jobs.portal_sessions USING btree (account_id, expires_at);

CREATE INDEX portal_sessions_of_key ON jobs.portal_sessions USING btree (key_id, expires_at);

CREATE INDEX reference_assets_by_asset ON jobs.reference_assets USING btree (sha256) WHERE (sha256 IS NOT NULL);

CREATE INDEX refunds_of_reservation ON ledger.refunds USING btree (account_id, reservation_id);

CREATE INDEX repairs_by_age ON jobs.repairs USING btree (first_seen_at, account_id, reservation_id);

CREATE INDEX repairs_may_be_open_by_age ON jobs.may_be_open USING btree (since, id) WHERE (kind = 'repair'::text);

CREATE INDEX reservations_open ON ledger.reservations USING btree (account_id, reservation_id) WHERE (state =
      'open'::ledger.reservation_state);

CREATE INDEX reservations_open_by_return ON ledger.reservations USING btree (return_by) WHERE (state =
      'open'::ledger.reservation_state);

CREATE INDEX reviews_by_age ON jobs.reviews USING btree (created_at DESC, review_id DESC);

CREATE INDEX reviews_by_id ON jobs.reviews USING btree (review_id);

CREATE INDEX reviews_may_be_open_by_age ON jobs.may_be_open USING btree (since, id) WHERE (kind = 'review'::text);

CREATE INDEX reviews_of_account_by_age ON jobs.reviews USING btree (account_id, created_at DESC, review_id DESC);

CREATE INDEX turns_by_age ON jobs.turns USING btree (provider, taken_at);

CREATE INDEX waiting_by_provider ON jobs.waiting USING btree (provider, account_id);

CREATE INDEX webhook_deliveries_by_age ON jobs.webhook_deliveries USING btree (created_at) WHERE (state <>
      'pending'::text);

CREATE INDEX webhook_deliveries_due ON jobs.webhook_deliveries USING btree (endpoint_id, due_at, sequence) WHERE (state
      = 'pending'::text);

CREATE INDEX webhook_deliveries_in_flight ON jobs.webhook_deliveries USING btree (endpoint_id, due_at) WHERE (claim IS
      NOT NULL);

CREATE INDEX webhook_endpoints_deleted ON jobs.webhook_endpoints USING btree (deleted_at) WHERE (deleted_at IS NOT
      NULL);

CREATE INDEX webhook_endpoints_failing ON jobs.webhook_endpoints USING btree (failing_since) WHERE ((failing_since IS
      NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX webhook_endpoints_of_account ON jobs.webhook_endpoints USING btree (account_id, created_at) WHERE
      (deleted_at IS NULL);

CREATE UNIQUE INDEX attempts_of_output ON jobs.attempts USING btree (account_id, output_id, stage, number) WHERE
      (output_id > ''::text);

CREATE UNIQUE INDEX events_in_order ON jobs.events USING btree (account_id, sequence) WHERE (sequence > 0);

CREATE UNIQUE INDEX events_of_job ON jobs.events USING btree (job_id, seq, account_id);

CREATE UNIQUE INDEX grants_by_payment ON ledger.grants USING btree (reference) WHERE ((source)::text = 'top_up'::text);

CREATE UNIQUE INDEX grants_in_burn_order ON ledger.grants USING btree (account_id, priority, expires_at, ordinal) WHERE
      is_live;

CREATE UNIQUE INDEX grants_once ON ledger.grants USING btree (account_id, source) WHERE ((source)::text = ANY
      (ARRAY['sign_up'::text, 'trial'::text]));

CREATE UNIQUE INDEX review_decisions_by_retry ON jobs.review_decisions USING btree (account_id, retry_job_id) WHERE
      (retry_job_id IS NOT NULL);

-- Triggers

CREATE CONSTRAINT TRIGGER low_balance_is_told AFTER INSERT ON ledger.low_balance_notices DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION jobs.tell_low_balance();

CREATE TRIGGER attempt_to_stop_is_noted BEFORE UPDATE OF state ON jobs.attempts FOR EACH ROW WHEN ((new.state::text =
      ANY (ARRAY['fenced'::text, 'replaced'::text])) AND (old.state::text = ANY (ARRAY['posting'::text, 'unknown'::text,
      'accepted'::text])) OR new.state::text = 'rejected'::text AND old.state::text = 'unknown'::text) EXECUTE FUNCTION
      jobs.begin_to_stop();

CREATE TRIGGER entries_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.entries FOR EACH STATEMENT EXECUTE
      FUNCTION ledger.refuse_change();

CREATE TRIGGER events_are_delivered AFTER INSERT ON jobs.events FOR EACH ROW EXECUTE FUNCTION jobs.queue_deliveries();

CREATE TRIGGER events_are_put_in_order BEFORE INSERT ON jobs.events FOR EACH ROW EXECUTE FUNCTION jobs.put_in_order();

CREATE TRIGGER expiry_is_told AFTER INSERT ON ledger.entries FOR EACH ROW WHEN (new.kind = 'expire'::ledger.entry_kind)
      EXECUTE FUNCTION jobs.tell_expired();

CREATE TRIGGER health_is_noted AFTER UPDATE OF state ON jobs.attempts FOR EACH ROW WHEN ((old.state::text = ANY
      (ARRAY['posting'::text, 'accepted'::text])) AND old.state::text <> new.state::text AND (new.state::text <> ALL
      (ARRAY['fenced'::text, 'replaced'::text])) AND (new.state::text <> 'unknown'::text OR new.closed_at IS NOT NULL OR
      new.error_class IS NOT NULL)) EXECUTE FUNCTION jobs.note_health();

CREATE TRIGGER operator_actions_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.operator_actions FOR EACH
      STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE TRIGGER renewal_is_told AFTER INSERT OR UPDATE ON ledger.plan_periods FOR EACH ROW WHEN (NOT new.is_skipped)
      EXECUTE FUNCTION jobs.tell_renewed();

CREATE TRIGGER repairs_may_be_open AFTER INSERT OR UPDATE ON jobs.repairs FOR EACH ROW EXECUTE FUNCTION
      jobs.note_repair();

CREATE TRIGGER review_decisions_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON jobs.review_decisions FOR EACH
      STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE TRIGGER reviews_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON jobs.reviews FOR EACH STATEMENT EXECUTE
      FUNCTION ledger.refuse_change();

CREATE TRIGGER reviews_may_be_open AFTER INSERT ON jobs.reviews FOR EACH ROW EXECUTE FUNCTION jobs.note_review();

CREATE TRIGGER void_is_told AFTER UPDATE OF voided_at ON ledger.grants FOR EACH ROW WHEN (old.voided_at IS NULL) EXECUTE
      FUNCTION jobs.tell_voided();

-- Functions, and the roles that may execute them

-- ledger.apply_plan(text,text,timestamp with time zone,text,jsonb,timestamp with time zone) → void
-- ledger.ask_clock(text,timestamp with time zone,integer,text) → TABLE(outcome text, now timestamp with time zone,
--     target timestamp with time zone)  -- holdfast_api, holdfast_worker
-- ledger.clock() → timestamp with time zone
-- ledger.clock(ledger.accounts) → timestamp with time zone
-- ledger.clock_of(text) → timestamp with time zone
-- ledger.count_report(double precision) → text  -- holdfast_worker
-- ledger.count_usage(ledger.accounts,text,text,timestamp with time zone,bigint) → void
-- ledger.delta(ledger.bucket,ledger.bucket,ledger.bucket,bigint) → bigint
-- ledger.deltas(ledger.bucket,ledger.bucket,bigint) → ledger.deltas
-- ledger.draw(ledger.accounts,text,ledger.part[],text,text,double precision,text,text) → ledger.accounts
-- ledger.entries_of_reservation(text,text) → SETOF bigint
-- ledger.exceeded_cap(ledger.accounts,text,text,bigint) → jsonb
-- ledger.expiry_notice_at(ledger.grants) → timestamp with time zone
-- ledger.grant_as_json(ledger.grants) → jsonb
-- ledger.grant_by_rule(text,text,text,integer,bigint,timestamp with time zone,interval,text) → void
-- ledger.grant_credits(text,text,text,integer,bigint,timestamp with time zone,interval,text,text,text) → text  --
--     holdfast_api, holdfast_worker
-- ledger.grant_period(text,text,jsonb,timestamp with time zone) → void
-- ledger.is_sound(ledger.entries) → boolean
-- ledger.is_sound(ledger.grants) → boolean
-- ledger.is_sound(ledger.reservations) → boolean
-- ledger.last_action(text) → bigint
-- ledger.last_entry_before(text,timestamp with time zone) → bigint
-- ledger.list_actions(text,bigint,integer) → TABLE(action_id bigint, at timestamp with time zone, actor text, action
--     text, reason text, detail jsonb)  -- holdfast_api, holdfast_worker
-- ledger.lock(text) → timestamp with time zone
-- ledger.lock_account(text) → ledger.accounts
-- ledger.lock_accounts(text[]) → timestamp with time zone
-- ledger.make_grant(ledger.accounts,text,text,integer,timestamp with time zone,text) → void
-- ledger.months_after(timestamp with time zone,integer) → timestamp with time zone
-- ledger.move_return_by(text,text[],timestamp with time zone,timestamp with time zone) → void
-- ledger.moves_back(ledger.accounts,ledger.reservations,ledger.bucket,bigint,bigint,text,text,text,interval) →
--     ledger.move[]
-- ledger.note_low_balance(ledger.accounts,ledger.accounts) → boolean
-- ledger.open_account(text,text,text,bigint,text,bigint,text) → TABLE(outcome text, account_id text, name text,
--     opened_at timestamp with time zone, mode text, frozen_at timestamp with time zone)  -- holdfast_api,
--     holdfast_worker
-- ledger.pay_referral(text,bigint,integer,timestamp with time zone) → void
-- ledger.period_at(text,timestamp with time zone) → record
-- ledger.period_number(timestamp with time zone,timestamp with time zone) → integer
-- ledger.post(ledger.accounts,ledger.move[]) → ledger.accounts
-- ledger.publish_price_lists(jsonb) → TABLE(name text, version integer, hash text)  -- holdfast_api, holdfast_worker
-- ledger.read_account(text) → TABLE(account_id text, name text, reference text, opened_at timestamp with time zone,
--     price_list text, mode text, frozen_at timestamp with time zone)  -- holdfast_api, holdfast_worker
-- ledger.read_balance(text) → jsonb  -- holdfast_api, holdfast_worker
-- ledger.read_balance_days(text,timestamp with time zone) → jsonb  -- holdfast_api, holdfast_worker
-- ledger.read_checks() → TABLE(name text, ran_at timestamp with time zone, findings integer, detail jsonb)  --
--     holdfast_api, holdfast_worker
-- ledger.read_clock(text) → TABLE(now timestamp with time zone, target timestamp with time zone, ahead text)  --
--     holdfast_api, holdfast_worker
-- ledger.read_due_expiry(timestamp with time zone,text,integer) → TABLE(account_id text, due_at timestamp with time
--     zone)  -- holdfast_worker
-- ledger.read_due_plans(timestamp with time zone,text,integer) → TABLE(account_id text, due_at timestamp with time
--     zone)  -- holdfast_worker
-- ledger.read_entries(text,bigint,integer,text[],text[],timestamp with time zone,timestamp with time zone) → TABLE(seq
--     bigint, kind text, credits bigint, charged bigint, refunded bigint, job_id text, output_id text, grant_id text,
--     reason text, balance_after bigint, created_at timestamp with time zone)  -- holdfast_api, holdfast_worker
-- ledger.read_grant(text,text) → jsonb  -- holdfast_api, holdfast_worker
-- ledger.read_limits(text) → jsonb  -- holdfast_api, holdfast_worker
-- ledger.read_moved_clocks(text,integer) → SETOF text  -- holdfast_worker
-- ledger.read_open_reservations(text,text,integer,double precision) → TABLE(account_id text, reservation_id text,
--     job_id text, output_id text, amount bigint, return_by timestamp with time zone, overdue_seconds double precision)
--      -- holdfast_worker
-- ledger.read_plan(text) → jsonb  -- holdfast_api, holdfast_worker
-- ledger.read_report(timestamp with time zone,timestamp with time zone) → jsonb  -- holdfast_api, holdfast_worker
-- ledger.read_spenders(text,ledger.spender,text,integer) → SETOF jsonb  -- holdfast_api, holdfast_worker
-- ledger.read_statement(text,timestamp with time zone,timestamp with time zone) → jsonb  -- holdfast_api,
--     holdfast_worker
-- ledger.reconcile(double precision) → TABLE(check_name text, account_id text, subject text, detail jsonb)  --
--     holdfast_worker
-- ledger.reconcile_report() → TABLE(check_name text, account_id text, subject text, detail jsonb)
-- ledger.record_action(text,text,text,text,jsonb,timestamp with time zone) → void
-- ledger.record_check(text,integer,jsonb) → void  -- holdfast_worker
-- ledger.refer(text,text,bigint,integer,text) → TABLE(outcome text, is_replay boolean)  -- holdfast_api,
--     holdfast_worker
-- ledger.refund(text,text,text,bigint,text,text,double precision) → TABLE(outcome text, credits bigint, refunded
--     bigint)
-- ledger.refunded_by(ledger.entries) → bigint
-- ledger.refuse_change() → trigger
-- ledger.refuse_if_acted(text,jsonb) → void
-- ledger.renew_plan(text,jsonb,timestamp with time zone) → text
-- ledger.renew_plans(text[],jsonb) → TABLE(account_id text, outcome text)  -- holdfast_worker
-- ledger.reservation_of(text,text) → SETOF ledger.reservations
-- ledger.reserve(ledger.accounts,text,ledger.part[],bigint,text,double precision,text,text,text) → ledger.reserved
-- ledger.set_frozen(text,boolean,text,text) → boolean  -- holdfast_api, holdfast_worker
-- ledger.set_limits(text,jsonb,text,text) → boolean  -- holdfast_api, holdfast_worker
-- ledger.set_plan(text,text,text,timestamp with time zone,text,jsonb,text,text) → TABLE(outcome text, is_replay
--     boolean, answer jsonb)  -- holdfast_api, holdfast_worker
-- ledger.set_price_list(text,text,bigint,text,text) → void  -- holdfast_api, holdfast_worker
-- ledger.settle(ledger.accounts,text,ledger.settle_verb,bigint,text,ledger.expired_policy,integer) → ledger.settled
-- ledger.spend(ledger.accounts,text,bigint,text,text,text) → ledger.reserved
-- ledger.spenders_of(text,text) → TABLE(spender ledger.spender, name text)
-- ledger.start_plan(text,text,timestamp with time zone,text,jsonb,timestamp with time zone) → void
-- ledger.step_clock(text,text,double precision) → boolean  -- holdfast_worker
-- ledger.sum_days(timestamp with time zone,timestamp with time zone) → TABLE(day date, source text, issued numeric,
--     spent numeric, refunded numeric, expired numeric, voided numeric)
-- ledger.sweep_account(text) → void
-- ledger.sweep_accounts(text[]) → SETOF text  -- holdfast_worker
-- ledger.unless_acted(text,jsonb) → text  -- holdfast_api, holdfast_worker
-- ledger.void_grant(text,text,text,text) → TABLE(outcome text, voided bigint, not_recovered bigint)  -- holdfast_api,
--     holdfast_worker
-- jobs.accept_attempt(text,text,text[],text) → TABLE(is_moved boolean, state text, provider_job_id text)  --
--     holdfast_worker
-- jobs.account_of(text) → text  -- holdfast_api, holdfast_worker
-- jobs.admit(jsonb) → SETOF jobs.admitted  -- holdfast_worker
-- jobs.admit_one(jobs.admit_item) → jobs.admitted
-- jobs.append_event(text,text,text,jsonb,timestamp with time zone) → void
-- jobs.apply_command(text,text,text,text,jsonb) → jobs.keyed_answer  -- holdfast_api, holdfast_worker
-- jobs.attempt_costs(timestamp with time zone,timestamp with time zone) → TABLE(attempt jobs.attempts, billed text,
--     cost numeric, is_final boolean)
-- jobs.attempts_named(text,text,jsonb) → SETOF jobs.attempts
-- jobs.attempts_of(text,text) → SETOF jobs.attempts
-- jobs.begin_attempt(text,text,text,text,integer,text,text,text,boolean,numeric,bytea,text,integer,double
--     precision,numeric) → TABLE(is_mine boolean, state text, provider_job_id text, error_class text, waits_for text) 
--     -- holdfast_worker
-- jobs.begin_output(text,text) → TABLE(work jsonb, credits bigint, deadline_seconds double precision, left_seconds
--     double precision, age_seconds double precision)  -- holdfast_worker
-- jobs.begin_to_stop() → trigger
-- jobs.breaker_rules() → record
-- jobs.carry_out(text,text,text,jsonb,timestamp with time zone) → jsonb
-- jobs.carry_out_change(text,text,jsonb) → jsonb
-- jobs.claim_attempts_to_stop(integer) → TABLE(account_id text, reference text, provider text, model text,
--     provider_job_id text, waiting_seconds double precision)  -- holdfast_worker
-- jobs.claim_references(text,text,text,double precision) → TABLE(place integer, url text, state text, refusal text)  --
--     holdfast_worker
-- jobs.claim_webhooks(text,integer,integer,double precision) → TABLE(account_id text, endpoint_id text, sequence
--     bigint, url text, secrets text[], type text, data jsonb, created_at timestamp with time zone, job_id text, seq
--     bigint, attempts integer, request_body text)  -- holdfast_worker
-- jobs.close_attempt(text,text) → TABLE(state text, provider_job_id text, error_class text)  -- holdfast_worker
-- jobs.count_webhooks(text[],text[]) → TABLE(reference text, webhooks integer)  -- holdfast_worker
-- jobs.create_api_key(jsonb,text,text,text) → TABLE(outcome text, key jsonb)  -- holdfast_api, holdfast_worker
-- jobs.create_console_session(text,bytea,text,text,double precision,text) → timestamp with time zone  -- holdfast_api,
--     holdfast_worker
-- jobs.create_portal_session(text,text,text,bytea,text[],double precision,text) → timestamp with time zone  --
--     holdfast_api, holdfast_worker
-- jobs.create_webhook_endpoint(text,text,text,text[],text,integer) → jsonb  -- holdfast_api, holdfast_worker
-- jobs.database_identity() → text  -- holdfast_worker
-- jobs.decide_review(text,text,text,text,text,text,text,text,double precision) → TABLE(outcome text, is_replay boolean)
--      -- holdfast_api, holdfast_worker
-- jobs.decision_in_force(text,text,timestamp with time zone) → SETOF jobs.review_decisions
-- jobs.delete_webhook_endpoint(text,text) → boolean  -- holdfast_api, holdfast_worker
-- jobs.disable_webhook_endpoint(jobs.webhook_endpoints,integer,timestamp with time zone) → boolean
-- jobs.endpoints_with_due(timestamp with time zone) → TABLE(endpoint_id text, due_at timestamp with time zone)
-- jobs.extend_job(text,text,jsonb,timestamp with time zone) → jsonb
-- jobs.fail_attempt(text,text,text,text,numeric,boolean,text) → text  -- holdfast_worker
-- jobs.fewest_turns(text) → bigint
-- jobs.forget_answer(text,text) → void  -- holdfast_worker
-- jobs.forget_attempt_to_stop(text,text) → void  -- holdfast_worker
-- jobs.free_turns(text,integer,double precision) → integer
-- jobs.grant_credits(text,text,text,text,text,integer,bigint,timestamp with time zone,interval,text,text,text,jsonb) →
--     TABLE(outcome text, is_replay boolean, answer jsonb)  -- holdfast_api, holdfast_worker
-- jobs.grants_expiring_soon(text,timestamp with time zone) → SETOF ledger.grants
-- jobs.has_capacity(text) → boolean
-- jobs.import_bill(text,jsonb) → jsonb  -- holdfast_worker
-- jobs.in_flight(text) → TABLE(account_id text, attempts bigint)
-- jobs.inspect_job(text,text) → jsonb  -- holdfast_api, holdfast_worker
-- jobs.is_free_retry(text,text) → boolean
-- jobs.is_listed(jobs.reviews,text,text,timestamp with time zone,text) → boolean
-- jobs.is_open(text,text) → boolean
-- jobs.is_sound(jobs.events) → boolean
-- jobs.is_sound(jobs.jobs) → boolean
-- jobs.is_sound(jobs.outputs) → boolean
-- jobs.is_too_costly(text,text,text,text,numeric,numeric) → boolean
-- jobs.keep_answer(text,text,text,jsonb) → TABLE(state text, provider_job_id text, error_class text)  --
--     holdfast_worker
-- jobs.keep_cancel_key(text,text,text,boolean) → boolean  -- holdfast_api, holdfast_worker
-- jobs.key_as_json(jobs.api_keys) → jsonb
-- jobs.last_decision(text,text) → SETOF jobs.review_decisions
-- jobs.list_api_keys(text,text,timestamp with time zone,text,integer) → TABLE(key jsonb, created_at text, key_id text) 
--     -- holdfast_api, holdfast_worker
-- jobs.list_jobs(text,text,text,timestamp with time zone,timestamp with time zone,timestamp with time
--     zone,text,integer) → TABLE(job jsonb, created_at text, job_id text)  -- holdfast_api, holdfast_worker
-- jobs.list_references(text,text) → TABLE(place integer, url text, state text, refusal text, sha256 text, content_type
--     text, bytes bigint, is_expired boolean)  -- holdfast_api, holdfast_worker
-- jobs.list_repairs(text,boolean,timestamp with time zone,text,text,integer) → TABLE(repair jsonb, first_seen_at text,
--     account_id text, reservation_id text)  -- holdfast_api, holdfast_worker
-- jobs.list_reviews(text,text,text,timestamp with time zone,text,integer) → TABLE(review jsonb, created_at text,
--     review_id text)  -- holdfast_api, holdfast_worker
-- jobs.list_reviews_of_all(text,text,timestamp with time zone,text,integer) → TABLE(review jsonb, created_at text,
--     review_id text)  -- holdfast_api, holdfast_worker
-- jobs.list_unknown_bills(timestamp with time zone,timestamp with time zone,text,integer) → TABLE(bill jsonb, posted_at
--     text, reference text)  -- holdfast_api, holdfast_worker
-- jobs.lock_api_key(text,text,text) → SETOF jobs.api_keys
-- jobs.mark_stuck(text,text,text) → boolean  -- holdfast_worker
-- jobs.move_attempt(text,text,text[],text,text,text) → TABLE(is_moved boolean, state text, provider_job_id text)  --
--     holdfast_worker
-- jobs.move_job_on(jobs.settle_item,text,bigint,timestamp with time zone) → void
-- jobs.moves_after(text,bigint) → jsonb
-- jobs.note_fault(text,text,text,text) → boolean  -- holdfast_worker
-- jobs.note_health() → trigger
-- jobs.note_repair() → trigger
-- jobs.note_review() → trigger
-- jobs.note_webhook(text,text,bytea,text,text) → boolean  -- holdfast_api, holdfast_worker
-- jobs.open_outputs(text,text) → TABLE(output_id text, reservation_id text, return_by timestamp with time zone, item
--     integer, variation integer)
-- jobs.open_review(text,text,text,text,jsonb) → TABLE(outcome text, review_id text, retry_after_seconds double
--     precision)  -- holdfast_api, holdfast_worker
-- jobs.outputs_of(text,text) → SETOF jobs.outputs
-- jobs.payment_of(text,text) → ledger.reservations
-- jobs.prepare_attempt(text,text,text,text,text) → TABLE(state text, provider_job_id text, error_class text, work
--     jsonb, seconds_left double precision, is_open boolean)  -- holdfast_worker
-- jobs.preview_change(text,text,jsonb) → jsonb  -- holdfast_api, holdfast_worker
-- jobs.preview_command(text,text,text,jsonb) → jsonb  -- holdfast_api, holdfast_worker
-- jobs.preview_decision(text,text,text,text,double precision) → jsonb  -- holdfast_api, holdfast_worker
-- jobs.prune_attention() → void  -- holdfast_worker
-- jobs.prune_webhooks(integer,integer) → integer  -- holdfast_worker
-- jobs.put_in_order() → trigger
-- jobs.queue_attempts(text,text,integer,double precision,text[],text[],text[]) → TABLE(reference text, waits_for text,
--     ahead integer, waited_seconds double precision, away_seconds double precision)  -- holdfast_worker
-- jobs.queue_deliveries() → trigger
-- jobs.read_account_events(text,bigint,text,integer) → TABLE(sequence bigint, job_id text, seq bigint, type text, data
--     jsonb, created_at timestamp with time zone)  -- holdfast_api, holdfast_worker
-- jobs.read_answer(text,text) → jsonb  -- holdfast_worker
-- jobs.read_api_key(text) → TABLE(key_id text, account_id text, mode text, secret_hash bytea, scopes text[])  --
--     holdfast_api, holdfast_worker
-- jobs.read_attempt(text,text) → TABLE(state text, provider_job_id text, error_class text, posted_seconds_ago double
--     precision, closed_seconds_ago double precision, submitter text, told_job text)  -- holdfast_worker
-- jobs.read_attempts_of_output(text,text) → TABLE(reference text, stage text, is_last_stage boolean, state text,
--     provider text, provider_job_id text, posted_seconds_ago double precision, sha256 text, content_type text, bytes
--     bigint)  -- holdfast_worker
-- jobs.read_attention(integer) → jsonb  -- holdfast_api, holdfast_worker
-- jobs.read_console_session(text) → TABLE(session_id text, secret_hash bytea, person text, expires_at timestamp with
--     time zone, key_id text, mode text, scopes text[])  -- holdfast_api, holdfast_worker
-- jobs.read_costs(timestamp with time zone,timestamp with time zone) → TABLE(model text, kind text, outputs bigint,
--     attempts numeric, charged numeric, refunded numeric, cost numeric, provisional numeric, uncosted numeric,
--     returned_outputs bigint, returned_cost numeric, unknown_attempts numeric, unknown_cost numeric)  -- holdfast_api,
--     holdfast_worker
-- jobs.read_events(text,text,bigint,integer) → TABLE(sequence bigint, seq bigint, type text, data jsonb, created_at
--     timestamp with time zone)  -- holdfast_api, holdfast_worker
-- jobs.read_free_retry(text,text) → TABLE(work jsonb, metadata jsonb)  -- holdfast_worker
-- jobs.read_job(text,text) → jsonb  -- holdfast_api, holdfast_worker
-- jobs.read_job_result(text,text) → TABLE(state text, failure_code text, outputs integer, succeeded integer, failed
--     integer, canceled integer, committed bigint, returned bigint, left_seconds double precision, each jsonb)  --
--     holdfast_worker
-- jobs.read_lineage(text,text,integer) → TABLE(source_output_id text, derived_output_ids text[])  -- holdfast_api,
--     holdfast_worker
-- jobs.read_metrics(integer) → TABLE(metric text, provider text, model text, value double precision)  -- holdfast_api,
--     holdfast_worker
-- jobs.read_models(boolean) → TABLE(provider text, model text, breaker text, opened_at timestamp with time zone,
--     failures integer, in_flight integer, waiting integer)  -- holdfast_api, holdfast_worker
-- jobs.read_news(text[],bigint[],integer) → TABLE(account_id text, sequence bigint, job_id text, seq bigint, type text,
--     data jsonb, created_at timestamp with time zone)  -- holdfast_api, holdfast_worker
-- jobs.read_outputs(text,text[]) → TABLE(output_id text, state text, work jsonb, sha256 text, content_type text, bytes
--     bigint, is_expired boolean)  -- holdfast_api, holdfast_worker
-- jobs.read_portal_session(text) → TABLE(session_id text, account_id text, mode text, secret_hash bytea, can text[]) 
--     -- holdfast_api, holdfast_worker
-- jobs.read_review(text,text) → jsonb  -- holdfast_api, holdfast_worker
-- jobs.read_submission(text,text,text) → TABLE(admission jsonb, reached_job_limit integer, quote jsonb)  --
--     holdfast_api, holdfast_worker
-- jobs.read_usage(text,timestamp with time zone,timestamp with time zone) → TABLE(day text, kind text, credits bigint) 
--     -- holdfast_api, holdfast_worker
-- jobs.read_webhook_deliveries(text,text,bigint,text,integer) → SETOF jsonb  -- holdfast_api, holdfast_worker
-- jobs.read_webhook_endpoints(text,text) → SETOF jsonb  -- holdfast_api, holdfast_worker
-- jobs.reconcile() → TABLE(check_name text, account_id text, subject text, detail jsonb)  -- holdfast_worker
-- jobs.reconcile_bills() → TABLE(check_name text, account_id text, subject text, detail jsonb)
-- jobs.reconcile_events() → TABLE(check_name text, account_id text, subject text, detail jsonb)
-- jobs.record_asset(text,text,text,text,bigint,text,numeric,boolean,boolean,text) → text  -- holdfast_worker
-- jobs.record_job(jobs.admit_item,timestamp with time zone) → void
-- jobs.record_key_action(jobs.api_keys,text,text,text,timestamp with time zone) → void
-- jobs.record_progress(text,text,jsonb) → void  -- holdfast_worker
-- jobs.record_repairs(jsonb) → void  -- holdfast_worker
-- jobs.record_stage_progress(text,text,text,integer,double precision,double precision,double precision,integer) → void 
--     -- holdfast_worker
-- jobs.record_webhook(text,text,bigint,text,jsonb,double precision) → text  -- holdfast_worker
-- jobs.references_of(text,text,jsonb) → jsonb
-- jobs.refund_job(text,text,jsonb,timestamp with time zone) → jsonb
-- jobs.refundable_outputs(text,text,text,timestamp with time zone) → TABLE(output_id text, reservation_id text,
--     committed bigint, credits_left bigint, is_retried boolean)
-- jobs.refusal_before_reserve(jobs.admit_item,ledger.accounts) → jsonb
-- jobs.refused(text,text,jsonb) → jsonb
-- jobs.release_job(text,text,jsonb) → jsonb  -- holdfast_api, holdfast_worker
-- jobs.resend_webhooks(text,text,bigint,timestamp with time zone,bigint,integer,text,text) → TABLE(resent integer,
--     last_sequence bigint)  -- holdfast_api, holdfast_worker
-- jobs.resolve_attempt(text,text,jsonb) → jsonb
-- jobs.resolve_reference(text,text,text,text,text,text,bigint) → void  -- holdfast_worker
-- jobs.restart_job(text,text,jsonb,timestamp with time zone) → jsonb
-- jobs.return_by(text,text) → timestamp with time zone
-- jobs.return_later(text,text,text[],timestamp with time zone,timestamp with time zone) → void
-- jobs.returns_at(text,text) → TABLE(returns_at timestamp with time zone, seconds_left double precision)  --
--     holdfast_worker
-- jobs.review_as_json(jobs.reviews) → jsonb
-- jobs.revoke_api_key(text,text,text,text,text,jsonb) → boolean  -- holdfast_api, holdfast_worker
-- jobs.revoke_console_session(text,text) → void  -- holdfast_api, holdfast_worker
-- jobs.revoke_portal_session(text,text,text) → boolean  -- holdfast_api, holdfast_worker
-- jobs.rotate_api_key(text,text,text,jsonb,double precision,text,text,text) → TABLE(outcome text, key jsonb)  --
--     holdfast_api, holdfast_worker
-- jobs.rotate_webhook_secret(text,text,text,double precision) → jsonb  -- holdfast_api, holdfast_worker
-- jobs.search(text,text,integer) → TABLE(type text, id text, account_id text, job_id text, label text)  --
--     holdfast_api, holdfast_worker
-- jobs.search_accounts(text,text,integer) → TABLE(account_id text, name text)
-- jobs.sessions_of_key(text) → jsonb
-- jobs.settle(jsonb) → SETOF jobs.settled  -- holdfast_worker
-- jobs.settle_one(jobs.settle_item) → jobs.settled
-- jobs.spend(jsonb) → SETOF jobs.keyed_answer  -- holdfast_api, holdfast_worker
-- jobs.spend_one(jobs.spend_item) → jobs.keyed_answer
-- jobs.store_quote(text,text,text,jsonb,integer) → TABLE(expires_at timestamp with time zone, now timestamp with time
--     zone)  -- holdfast_api, holdfast_worker
-- jobs.subject_of_change(text,text,jsonb) → jsonb
-- jobs.take_requests(text[],double precision[],integer[],integer[],integer[]) → TABLE(granted boolean[],
--     seconds_to_whole double precision[])  -- holdfast_api, holdfast_worker
-- jobs.take_turn(text,text,text,text,integer,double precision) → text
-- jobs.tell(text,text,text,jsonb,timestamp with time zone) → void
-- jobs.tell_expired() → trigger
-- jobs.tell_expiring(integer) → integer  -- holdfast_worker
-- jobs.tell_expiring_of(text) → integer  -- holdfast_worker
-- jobs.tell_low_balance() → trigger
-- jobs.tell_renewed() → trigger
-- jobs.tell_voided() → trigger
-- jobs.terms_of(text) → jsonb
-- jobs.title_of(jsonb) → text
-- jobs.unneeded_assets(text[],integer) → SETOF text  -- holdfast_worker
-- jobs.update_webhook_endpoint(text,text,text,text[],boolean) → jsonb  -- holdfast_api, holdfast_worker
-- jobs.url_key(text) → text
-- jobs.view_webhook_endpoint(jobs.webhook_endpoints) → jsonb
-- jobs.webhook_room(jobs.webhook_endpoints,integer,timestamp with time zone) → integer
