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
  -- No grant with available credits expires before this instant: the hot path looks for due expiry only past it.
  next_expiry_at timestamptz NOT NULL DEFAULT 'infinity',
  -- End of the current billing period; a `return` grant lives at least as long.
  period_ends_at timestamptz
) WITH (fillfactor = 50);

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
  created_at   timestamptz NOT NULL,
  -- Order of arrival inside the account: "then oldest" of the burn order, exact where two share an instant.
  ordinal      bigint      NOT NULL,
  PRIMARY KEY (account_id, grant_id),
  CHECK (amount = available + reserved + spent + expired + voided)
) WITH (fillfactor = 70);

-- Not partial on available > 0: a column in a predicate would make every update leave its page.
CREATE INDEX grants_in_burn_order ON ledger.grants (account_id, band, expires_at, ordinal);

CREATE TABLE ledger.reservations (
  account_id        text        NOT NULL,
  reservation_id    text        NOT NULL,
  job_id            text,
  output_id         text,
  reason            text        NOT NULL CHECK (reason IN ('generation', 'free_retry', 'tombstone')),
  amount            bigint      NOT NULL CHECK (amount > 0 OR (amount = 0 AND reason IN ('free_retry', 'tombstone'))),
  state             ledger.reservation_state NOT NULL,
  committed         bigint      NOT NULL DEFAULT 0 CHECK (committed >= 0),
  released          bigint      NOT NULL DEFAULT 0 CHECK (released >= 0),
  -- What each grant gave, in burn order. A release goes back the same way, in reverse.
  part_grant_ids    text[]      NOT NULL,
  part_amounts      bigint[]    NOT NULL,
  cause             text,
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
  RAISE EXCEPTION 'ledger.entries is append-only' USING ERRCODE = 'HF001';
END $$;

CREATE TRIGGER entries_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entries
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- Down Migration
