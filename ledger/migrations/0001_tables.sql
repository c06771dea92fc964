-- The buckets of a grant. 'outside' is where granted credits come from.
CREATE TYPE ledger.bucket AS ENUM ('outside', 'available', 'reserved', 'spent', 'expired', 'voided');
CREATE TYPE ledger.entry_kind AS ENUM ('grant', 'reserve', 'commit', 'release', 'spend', 'refund', 'expire', 'void');
CREATE TYPE ledger.reservation_state AS ENUM ('open', 'committed', 'released');
CREATE TYPE ledger.spender AS ENUM ('member', 'project');

-- PostgreSQL reads and plans a table's CHECK anew for each statement that writes to it (30 µs), a domain's and a
-- function's once per session. So what one column may hold is a domain. What the columns of a hot row must be together
-- is a function, is_sound, that its CHECK calls.
CREATE DOMAIN ledger.credits AS bigint CHECK (VALUE >= 0);
CREATE DOMAIN ledger.job_limit AS int CHECK (VALUE >= 0);
CREATE DOMAIN ledger.grant_source AS text
  CHECK (VALUE IN ('plan', 'trial', 'sign_up', 'referral', 'return', 'goodwill', 'top_up'));
CREATE DOMAIN ledger.account_mode AS text CHECK (VALUE IN ('live', 'test'));
CREATE DOMAIN ledger.reservation_reason AS text CHECK (VALUE IN ('generation', 'free_retry', 'spend', 'tombstone'));

-- A misspelt verb or policy is an error of the caller, and not taken for a release.
CREATE DOMAIN ledger.settle_verb AS text NOT NULL CHECK (VALUE IN ('commit', 'release'));
CREATE DOMAIN ledger.expired_policy AS text CHECK (VALUE IN ('return_grant', 'expire'));

-- The hot row: the sums of an account's grants. Its lock is what every money verb takes first; `available` guards
-- against overdraft. Half-filled pages keep each update on its page (HOT).
CREATE TABLE ledger.accounts (
  account_id       text           NOT NULL PRIMARY KEY,
  available        ledger.credits NOT NULL DEFAULT 0,
  reserved         ledger.credits NOT NULL DEFAULT 0,
  spent            ledger.credits NOT NULL DEFAULT 0,
  expired          ledger.credits NOT NULL DEFAULT 0,
  voided           ledger.credits NOT NULL DEFAULT 0,
  entry_seq        bigint         NOT NULL DEFAULT 0,  -- of the last entry: they count up by one, without gaps
  moved_at         timestamptz    NOT NULL DEFAULT '-infinity',  -- of the last entry or statement: never runs back
  next_expiry_at   timestamptz    NOT NULL DEFAULT 'infinity',  -- before it no available credits expire
  period_starts_at timestamptz    NOT NULL,  -- that spend is counted in: the plan's, or months from opening
  period_ends_at   timestamptz    NOT NULL,
  spent_before     ledger.credits NOT NULL DEFAULT 0,  -- what of `spent` was spent before this period began
  -- Limits; null: none. The caps are those of every member and project that has no other (limit_overrides).
  max_concurrent_jobs        ledger.job_limit,
  member_credits_per_period  ledger.credits,
  project_credits_per_period ledger.credits,
  has_spend_caps   boolean        NOT NULL DEFAULT false,  -- the hot path looks for caps only then
  low_balance_at   ledger.credits NOT NULL DEFAULT 0,  -- a fall below it makes a notice; 0: none
  has_own_low_balance boolean     NOT NULL DEFAULT false,  -- set with its limits, not when it was opened
  low_balance_rise ledger.credits NOT NULL DEFAULT 0,  -- so far above it the balance rises before another notice
  is_low_noticed   boolean        NOT NULL DEFAULT false,  -- a notice was made; it has not risen so far since
  mode      ledger.account_mode   NOT NULL DEFAULT 'live',  -- said when it is opened: of tests, or of customers
  frozen_at        timestamptz,  -- null: it may spend. Decided with the row locked, like its balance
  clock_ahead      interval       NOT NULL DEFAULT '0',  -- of a test account that was moved on, before the machine's
  clock_target     timestamptz  -- where it is being moved to; null: it is there
) WITH (fillfactor = 50);
-- The sweep's pages. The column does not change with a reserve, so that its update stays on its page.
CREATE INDEX accounts_with_due_expiry ON ledger.accounts (next_expiry_at) WHERE next_expiry_at < 'infinity';

-- Test accounts whose clock is ahead of the machine's, or is being moved.
CREATE INDEX accounts_with_moved_clocks ON ledger.accounts (account_id)
WHERE clock_ahead > '0' OR clock_target IS NOT NULL;

-- What does not change with its balance, apart from the hot row.
CREATE TABLE ledger.account_profiles (
  account_id text        NOT NULL PRIMARY KEY,
  name       text        NOT NULL,
  reference  text        NOT NULL UNIQUE,
  opened_at  timestamptz NOT NULL,
  -- Null: it has the price list of the catalogue.
  price_list text
);

CREATE INDEX accounts_with_own_prices ON ledger.account_profiles (price_list) WHERE price_list IS NOT NULL;

-- The published price lists, by the hash of their content: a version never changes.
CREATE TABLE ledger.price_lists (
  name    text NOT NULL,
  version int  NOT NULL,
  hash    text NOT NULL,
  PRIMARY KEY (name, version)
);

CREATE TABLE ledger.grants (
  account_id   text                NOT NULL,
  grant_id     text                NOT NULL,
  source       ledger.grant_source NOT NULL,
  priority     smallint            NOT NULL,  -- spent in this order: 1 before 2 before 3
  amount       bigint              NOT NULL DEFAULT 0,  -- all that ever came in from outside
  available    ledger.credits      NOT NULL DEFAULT 0,
  reserved     ledger.credits      NOT NULL DEFAULT 0,
  spent        ledger.credits      NOT NULL DEFAULT 0,
  expired      ledger.credits      NOT NULL DEFAULT 0,
  voided       ledger.credits      NOT NULL DEFAULT 0,
  effective_at timestamptz         NOT NULL,
  expires_at   timestamptz         NOT NULL DEFAULT 'infinity',
  voided_at    timestamptz,
  not_recovered ledger.credits,  -- spent or reserved when it was voided; the latter is taken when it comes back
  reference     text,  -- the caller's outside reference (a payment's, say)
  created_at   timestamptz         NOT NULL,
  ordinal      bigint              NOT NULL,  -- of arrival: "then oldest" of the burn order, in one instant too
  -- Whether it still holds something. Generated: with `available` in an index every update would leave its page.
  is_live      boolean             NOT NULL GENERATED ALWAYS AS (available > 0 OR reserved > 0) STORED,
  PRIMARY KEY (account_id, grant_id)
) WITH (fillfactor = 70);
CREATE FUNCTION ledger.is_sound(g ledger.grants) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN g.amount = g.available + g.reserved + g.spent + g.expired + g.voided
         AND g.expires_at > g.effective_at AND g.priority BETWEEN 1 AND 3;
END $$;
ALTER TABLE ledger.grants ADD CHECK (ledger.is_sound(grants));
-- Used-up grants are not in it: a reserve reads as many grants as it burns. Unique, so that one always burns first.
CREATE UNIQUE INDEX grants_in_burn_order ON ledger.grants (account_id, priority, expires_at, ordinal) WHERE is_live;
-- One payment makes one grant, in one account. Sign-up and trial come once per account.
CREATE UNIQUE INDEX grants_by_payment ON ledger.grants (reference) WHERE source = 'top_up';
CREATE UNIQUE INDEX grants_once ON ledger.grants (account_id, source) WHERE source IN ('sign_up', 'trial');
-- For an operator who has the grant's id alone (a charge-back).
CREATE INDEX grants_by_id ON ledger.grants (grant_id);

CREATE TYPE ledger.portion AS (grant_id text, amount bigint);

-- Credits reserved for one output. A spend is a row too, committed in the same step.
CREATE TABLE ledger.reservations (
  account_id       text                      NOT NULL,
  reservation_id   text                      NOT NULL,
  job_id           text,
  output_id        text,
  reason           ledger.reservation_reason NOT NULL,
  amount           ledger.credits            NOT NULL,
  state            ledger.reservation_state  NOT NULL,
  committed        ledger.credits            NOT NULL DEFAULT 0,
  released         ledger.credits            NOT NULL DEFAULT 0,
  refunded         ledger.credits            NOT NULL DEFAULT 0,  -- what of `committed` was given back afterwards
  portions         ledger.portion[]          NOT NULL DEFAULT '{}',  -- what each grant gave, in burn order
  member           text,  -- whose spend it counts as, and in which period of the account
  project          text,
  period_starts_at timestamptz               NOT NULL,
  return_by        timestamptz               NOT NULL,
  created_at       timestamptz               NOT NULL,
  settled_at       timestamptz,
  -- Its entries, as runs of the account's entry numbers: no index on entries is needed.
  reserve_entries  int8range                 NOT NULL DEFAULT 'empty',
  settle_entries   int8range,
  PRIMARY KEY (account_id, reservation_id)
) WITH (fillfactor = 70);
CREATE FUNCTION ledger.is_sound(r ledger.reservations) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN CASE r.state WHEN 'open' THEN r.committed = 0 AND r.released = 0 AND r.settled_at IS NULL
                      ELSE r.committed + r.released = r.amount AND r.settled_at IS NOT NULL END
         AND r.refunded <= r.committed AND (r.amount > 0 OR r.reason IN ('free_retry', 'tombstone'));
END $$;
ALTER TABLE ledger.reservations ADD CHECK (ledger.is_sound(reservations));
-- The reconciler's pages.
CREATE INDEX reservations_open ON ledger.reservations (account_id, reservation_id) WHERE state = 'open';

-- The journal: append-only, a double entry by construction. No foreign key, whose check would lock the hot row again.
CREATE TABLE ledger.entries (
  account_id     text              NOT NULL,
  seq            bigint            NOT NULL,
  kind           ledger.entry_kind NOT NULL,
  grant_id       text              NOT NULL,
  from_bucket    ledger.bucket     NOT NULL,
  to_bucket      ledger.bucket     NOT NULL,
  amount         bigint            NOT NULL,
  balance_after  ledger.credits    NOT NULL,
  reservation_id text,
  reason         text              NOT NULL,
  created_at     timestamptz       NOT NULL,
  PRIMARY KEY (account_id, seq)
);
CREATE FUNCTION ledger.is_sound(e ledger.entries) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN e.amount > 0 AND e.from_bucket <> e.to_bucket AND e.to_bucket <> 'outside';
END $$;
ALTER TABLE ledger.entries ADD CHECK (ledger.is_sound(entries));

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'HF001';
END $$;
CREATE TRIGGER entries_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entries
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- What operators did, by whom and why. What the processes do by themselves is not here.
CREATE TABLE ledger.operator_actions (
  account_id text        NOT NULL,
  action_id  bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
  actor      text        NOT NULL,
  action     text        NOT NULL,
  reason     text        NOT NULL,
  detail     jsonb       NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, action_id)
);
CREATE INDEX operator_actions_of_job ON ledger.operator_actions (account_id, (detail->>'job_id'), action_id)
  WHERE detail->>'job_id' IS NOT NULL;
CREATE TRIGGER operator_actions_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.operator_actions
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- One move of ledger.post.
CREATE TYPE ledger.move AS (
  grant_id text, kind ledger.entry_kind, from_bucket ledger.bucket, to_bucket ledger.bucket, amount bigint,
  reservation_id text, reason text
);

-- The change of each bucket by a move.
CREATE TYPE ledger.deltas AS (
  outside bigint, available bigint, reserved bigint, spent bigint, expired bigint, voided bigint
);

-- A part: what one output reserves. reserved: what a reserve or a spend returns, with the balance after it. settled:
-- what a settlement returns; is_replay: an earlier call had ended the reservation.
CREATE TYPE ledger.part AS (reservation_id text, output_id text, amount bigint);
CREATE TYPE ledger.reserved AS (outcome text, available bigint, reserved bigint);
CREATE TYPE ledger.settled AS (outcome text, is_replay boolean, committed bigint, released bigint);

-- The cap of one member or project in place of the account's general one; null: none.
CREATE TABLE ledger.limit_overrides (
  account_id         text           NOT NULL,
  spender            ledger.spender NOT NULL,
  name               text           NOT NULL,
  credits_per_period ledger.credits,
  PRIMARY KEY (account_id, spender, name)
);

-- What each member and project has used in a period: reserved and spent, less what came back. Under the account's lock.
CREATE TABLE ledger.usage (
  account_id       text           NOT NULL,
  spender          ledger.spender NOT NULL,
  name             text           NOT NULL,
  period_starts_at timestamptz    NOT NULL,
  used             ledger.credits NOT NULL,
  PRIMARY KEY (account_id, spender, name, period_starts_at)
) WITH (fillfactor = 70);

CREATE TABLE ledger.refunds (
  account_id     text        NOT NULL,
  refund_id      text        NOT NULL,
  reservation_id text        NOT NULL,
  asked          bigint,  -- as asked; null: all that was left
  amount         bigint      NOT NULL CHECK (amount > 0),
  reason         text        NOT NULL,
  entries        int8range   NOT NULL,
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (account_id, refund_id)
);
CREATE INDEX refunds_of_reservation ON ledger.refunds (account_id, reservation_id);

-- Who invited whom. Pays the inviter once, when the invited account first pays for a plan.
CREATE TABLE ledger.referrals (
  account_id text        NOT NULL PRIMARY KEY,
  inviter_id text        NOT NULL CHECK (inviter_id <> account_id),
  created_at timestamptz NOT NULL,
  paid_at    timestamptz
);

-- A plan is paid for by the period; each period's credits are a grant that ends with it.
CREATE TABLE ledger.plans (
  account_id       text        NOT NULL PRIMARY KEY,
  plan             text,  -- Null: it has ended
  anchor_at        timestamptz NOT NULL,  -- periods are counted from here, in calendar months
  period_starts_at timestamptz NOT NULL,
  period_ends_at   timestamptz NOT NULL CHECK (period_ends_at > period_starts_at),
  next_plan        text,  -- what the next period is of; null: the plan ends with this one
  renewal          text        NOT NULL CHECK (renewal IN ('automatic', 'by_call'))
);
CREATE INDEX plans_to_renew ON ledger.plans (period_ends_at) WHERE renewal = 'automatic' AND plan IS NOT NULL;

-- Every period of a plan: the highest plan held in it and what was granted. Skipped: it ended unrenewed.
CREATE TABLE ledger.plan_periods (
  account_id       text           NOT NULL,
  period_starts_at timestamptz    NOT NULL,
  period_ends_at   timestamptz    NOT NULL,
  plan             text           NOT NULL,
  granted          ledger.credits NOT NULL,
  is_skipped       boolean        NOT NULL CHECK (is_skipped = (granted = 0)),
  PRIMARY KEY (account_id, period_starts_at)
);

-- What was asked under a reference, and what was returned, forever.
CREATE TABLE ledger.plan_calls (
  account_id text        NOT NULL,
  reference  text        NOT NULL,
  content    jsonb       NOT NULL,
  answer     jsonb       NOT NULL,
  PRIMARY KEY (account_id, reference)
);

-- A balance that fell below the account's level, after entry entry_seq; once until it has risen again.
CREATE TABLE ledger.low_balance_notices (
  account_id     text        NOT NULL,
  entry_seq      bigint      NOT NULL,
  available      bigint      NOT NULL,
  low_balance_at bigint      NOT NULL,
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (account_id, entry_seq)
);
