-- Up Migration
-- The ledger's tables. Every table leads with account_id, so that it can be distributed by it.

-- The ledger's only clock. A test database replaces this one function; nothing else in the ledger reads a time.
-- clock_timestamp(), not now(): a money verb reads it after its locks are held, and now() is from before the wait.
CREATE FUNCTION ledger.clock() RETURNS timestamptz
LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()';

-- Where credits stand inside a grant. 'outside' is the world they are granted from.
CREATE TYPE ledger.bucket AS ENUM ('outside', 'available', 'reserved', 'spent', 'expired', 'voided');
CREATE TYPE ledger.entry_kind AS ENUM ('grant', 'reserve', 'commit', 'release', 'spend', 'refund', 'expire', 'void');
CREATE TYPE ledger.reservation_state AS ENUM ('open', 'committed', 'released');

-- The hot row: the sums of an account's grants. `available` is the guard against overdraft; the row is the lock that
-- every money verb takes first. Narrow, half-filled pages: each update stays on its page (HOT).
CREATE TABLE ledger.accounts (
  account_id     text        NOT NULL PRIMARY KEY,
  available      bigint      NOT NULL DEFAULT 0 CHECK (available >= 0),
  reserved       bigint      NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  spent          bigint      NOT NULL DEFAULT 0 CHECK (spent >= 0),
  expired        bigint      NOT NULL DEFAULT 0 CHECK (expired >= 0),
  voided         bigint      NOT NULL DEFAULT 0 CHECK (voided >= 0),
  -- Number of the account's last entry: entries count up by one, without gaps.
  entry_seq      bigint      NOT NULL DEFAULT 0 CHECK (entry_seq >= 0),
  -- Time of the account's last entry. Its clock never runs backwards, whatever the machine's does.
  moved_at       timestamptz NOT NULL DEFAULT '-infinity',
  -- No grant with available credits expires before this instant: the hot path looks for due expiry only past it.
  next_expiry_at timestamptz NOT NULL DEFAULT 'infinity',
  -- The period that spend is counted in: the plan's, or months from the opening. Rolled on by whoever locks the account.
  period_starts_at timestamptz NOT NULL,
  period_ends_at   timestamptz NOT NULL,
  -- What of `spent` was spent before this period began.
  spent_before   bigint      NOT NULL DEFAULT 0 CHECK (spent_before >= 0),
  -- Whether any member or project has a spend cap: the hot path looks for caps only then.
  has_spend_caps boolean     NOT NULL DEFAULT false,
  -- A balance that falls below this makes a notice; 0: none.
  low_balance_at bigint      NOT NULL DEFAULT 0 CHECK (low_balance_at >= 0)
) WITH (fillfactor = 50);

-- The sweep's pages. The column stays the same from one reserve to the next, so that an update stays on its page.
CREATE INDEX accounts_with_due_expiry ON ledger.accounts (next_expiry_at) WHERE next_expiry_at < 'infinity';

-- What is said of an account once, apart from the hot row.
CREATE TABLE ledger.account_profiles (
  account_id text        NOT NULL PRIMARY KEY,
  name       text        NOT NULL,
  reference  text        NOT NULL UNIQUE,
  opened_at  timestamptz NOT NULL
);

CREATE TABLE ledger.grants (
  account_id   text        NOT NULL,
  grant_id     text        NOT NULL,
  source       text        NOT NULL CHECK (source IN
                 ('plan', 'trial', 'sign_up', 'referral', 'return', 'goodwill', 'top_up')),
  band         smallint    NOT NULL CHECK (band BETWEEN 1 AND 3),
  -- All that ever came in from outside. Like the buckets, only post changes it.
  amount       bigint      NOT NULL DEFAULT 0,
  available    bigint      NOT NULL DEFAULT 0 CHECK (available >= 0),
  reserved     bigint      NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  spent        bigint      NOT NULL DEFAULT 0 CHECK (spent >= 0),
  expired      bigint      NOT NULL DEFAULT 0 CHECK (expired >= 0),
  voided       bigint      NOT NULL DEFAULT 0 CHECK (voided >= 0),
  effective_at timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL DEFAULT 'infinity' CHECK (expires_at > effective_at),
  voided_at    timestamptz,
  reason       text        NOT NULL,
  -- The caller's outside reference (a payment's, say).
  reference    text,
  created_at   timestamptz NOT NULL,
  -- Order of arrival inside the account: "then oldest" of the burn order, exact where two share an instant.
  ordinal      bigint      NOT NULL,
  -- Holds something still. A column of its own, since it seldom changes: `available` in the predicate of an index would
  -- make every update leave its page.
  is_live      boolean     NOT NULL GENERATED ALWAYS AS (available > 0 OR reserved > 0) STORED,
  PRIMARY KEY (account_id, grant_id),
  CHECK (amount = available + reserved + spent + expired + voided)
) WITH (fillfactor = 70);

-- What has been used up is out of the way: a reserve reads as many grants as it burns, however many there are. Unique: of two
-- grants one always burns first.
CREATE UNIQUE INDEX grants_in_burn_order ON ledger.grants (account_id, band, expires_at, ordinal) WHERE is_live;
-- One payment makes one grant, in one account.
CREATE UNIQUE INDEX grants_by_payment ON ledger.grants (reference) WHERE source = 'top_up';
-- These come once to an account.
CREATE UNIQUE INDEX grants_once ON ledger.grants (account_id, source) WHERE source IN ('sign_up', 'trial');
-- Whose grant it is, where only the grant is named (a charge-back).
CREATE INDEX grants_by_id ON ledger.grants (grant_id);

-- Credits set aside for one output. A direct spend is one that was never open: reserved and committed in one step.
CREATE TABLE ledger.reservations (
  account_id        text        NOT NULL,
  reservation_id    text        NOT NULL,
  job_id            text,
  output_id         text,
  reason            text        NOT NULL CHECK (reason IN ('generation', 'free_retry', 'direct_spend', 'tombstone')),
  amount            bigint      NOT NULL CHECK (amount > 0 OR (amount = 0 AND reason IN ('free_retry', 'tombstone'))),
  state             ledger.reservation_state NOT NULL,
  committed         bigint      NOT NULL DEFAULT 0 CHECK (committed >= 0),
  released          bigint      NOT NULL DEFAULT 0 CHECK (released >= 0),
  -- What of `committed` was given back afterwards.
  refunded          bigint      NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND committed),
  -- What each grant gave, in burn order. A release goes back the same way, in reverse.
  part_grant_ids    text[]      NOT NULL,
  part_amounts      bigint[]    NOT NULL,
  cause             text,
  -- Whose spend it counts as, and in which period of the account.
  member            text,
  project           text,
  period_starts_at  timestamptz NOT NULL,
  return_by         timestamptz NOT NULL,
  created_at        timestamptz NOT NULL,
  settled_at        timestamptz,
  -- The entries this reservation made: runs of the account's entry numbers, so that no index on entries is needed.
  reserve_entries   int8range   NOT NULL,
  settle_entries    int8range,
  PRIMARY KEY (account_id, reservation_id),
  CHECK (state = 'open' OR committed + released = amount),
  CHECK (state <> 'open' OR (committed = 0 AND released = 0)),
  CHECK ((state = 'open') = (settled_at IS NULL))
) WITH (fillfactor = 70);

-- The reconciler's pages.
CREATE INDEX reservations_open ON ledger.reservations (account_id, reservation_id) WHERE state = 'open';

-- The journal: append-only, a double entry by construction (from one bucket of a grant to another).
-- No foreign key to the account: its row is hot, and a key check would lock it a second time.
CREATE TABLE ledger.entries (
  account_id     text              NOT NULL,
  seq            bigint            NOT NULL,
  kind           ledger.entry_kind NOT NULL,
  grant_id       text              NOT NULL,
  from_bucket    ledger.bucket     NOT NULL,
  to_bucket      ledger.bucket     NOT NULL,
  amount         bigint            NOT NULL CHECK (amount > 0),
  balance_after  bigint            NOT NULL CHECK (balance_after >= 0),
  reservation_id text,
  reason         text,
  created_at     timestamptz       NOT NULL,
  PRIMARY KEY (account_id, seq),
  CHECK (from_bucket <> to_bucket AND to_bucket <> 'outside')
);

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'HF001';
END $$;

CREATE TRIGGER entries_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entries
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- What operators did, by whom and why. Writes of people and of systems that act for them come with an actor; what the
-- processes do by themselves does not.
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

CREATE TRIGGER operator_actions_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.operator_actions
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- In the transaction of what was done. No actor: nobody's doing, nothing to record.
CREATE FUNCTION ledger.record_action(p_account_id text, p_actor text, p_action text, p_reason text, p_detail jsonb, p_now timestamptz)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO ledger.operator_actions (account_id, actor, action, reason, detail, created_at)
  SELECT p_account_id, p_actor, p_action, p_reason, p_detail, p_now WHERE p_actor IS NOT NULL
$$;

-- Calendar months after an instant, in UTC: counted from the anchor each time, so that a clamped month (31 Jan → 28 Feb)
-- does not shorten those that follow (→ 31 Mar).
CREATE FUNCTION ledger.months_after(p_anchor timestamptz, p_months int) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
  SELECT (p_anchor AT TIME ZONE 'UTC' + make_interval(months => p_months)) AT TIME ZONE 'UTC'
$$;

-- Which period of an anchor an instant lies in: the largest n with months_after(anchor, n) <= instant.
CREATE FUNCTION ledger.period_number(p_anchor timestamptz, p_at timestamptz) RETURNS int LANGUAGE sql IMMUTABLE AS $$
  SELECT m.months - CASE WHEN ledger.months_after(p_anchor, m.months) > p_at THEN 1 ELSE 0 END
  FROM (
    SELECT (12 * (extract(year FROM p_at AT TIME ZONE 'UTC') - extract(year FROM p_anchor AT TIME ZONE 'UTC'))
            + extract(month FROM p_at AT TIME ZONE 'UTC') - extract(month FROM p_anchor AT TIME ZONE 'UTC'))::int AS months
  ) m
$$;

-- Down Migration
