-- All that happens in an account, in one order: `sequence` counts up by one per account, without gaps, in the order in
-- which it becomes readable. It is taken while the account is locked, so that a reader who has seen a number has seen
-- all before it; a writer that forgot the lock would be refused by the unique index.
ALTER TABLE jobs.events DROP CONSTRAINT events_pkey;
ALTER TABLE jobs.events
  ALTER COLUMN job_id DROP NOT NULL,  -- null: of no job
  ALTER COLUMN seq DROP NOT NULL,
  ADD COLUMN sequence bigint NOT NULL;
CREATE FUNCTION jobs.is_sound(e jobs.events) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN (e.job_id IS NULL) = (e.seq IS NULL);
END $$;
ALTER TABLE jobs.events ADD CHECK (jobs.is_sound(events));
-- Neither can be taken for the other by the planner (see jobs.outputs_of_job).
CREATE UNIQUE INDEX events_of_job ON jobs.events (job_id, seq, account_id);
CREATE UNIQUE INDEX events_in_order ON jobs.events (account_id, sequence) WHERE sequence > 0;

CREATE FUNCTION jobs.put_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.sequence := 1 + coalesce((
    SELECT e.sequence FROM jobs.events e WHERE e.account_id = NEW.account_id AND e.sequence > 0
    ORDER BY e.sequence DESC LIMIT 1), 0);
  RETURN NEW;
END $$;
CREATE TRIGGER events_are_put_in_order BEFORE INSERT ON jobs.events
  FOR EACH ROW EXECUTE FUNCTION jobs.put_in_order();

-- Grants whose coming expiry has been told.
CREATE TABLE jobs.expiry_notices (
  account_id text NOT NULL,
  grant_id   text NOT NULL,
  PRIMARY KEY (account_id, grant_id)
);

-- What the ledger does that an account is told of, in the transaction that does it.
-- A low balance at the transaction's end: a period's end and the next one's credits are no fall. It is an event of the
-- job whose reserve brought it about, where one did.
CREATE FUNCTION jobs.tell_low_balance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM jobs.tell(n.account_id, (
    SELECT r.job_id FROM ledger.entries e JOIN ledger.reservations r USING (account_id, reservation_id)
    WHERE e.account_id = n.account_id AND e.seq = n.entry_seq AND e.kind = 'reserve'),
    'credits.low', jsonb_build_object('available', n.available, 'low_balance_at', n.low_balance_at), n.created_at)
  FROM ledger.low_balance_notices n WHERE n.account_id = NEW.account_id AND n.entry_seq = NEW.entry_seq;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER low_balance_is_told AFTER INSERT ON ledger.low_balance_notices
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION jobs.tell_low_balance();

CREATE FUNCTION jobs.tell_expired() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM jobs.tell(NEW.account_id, NULL, 'credits.expired',
                    jsonb_build_object('grant_id', NEW.grant_id, 'credits', NEW.amount), NEW.created_at);
  RETURN NULL;
END $$;
CREATE TRIGGER expiry_is_told AFTER INSERT ON ledger.entries
  FOR EACH ROW WHEN (NEW.kind = 'expire') EXECUTE FUNCTION jobs.tell_expired();

CREATE FUNCTION jobs.tell_voided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM jobs.tell(NEW.account_id, NULL, 'grant.voided', jsonb_build_object(
    'grant_id', NEW.grant_id, 'voided', NEW.amount - NEW.expired - NEW.not_recovered,
    'not_recovered', NEW.not_recovered), NEW.voided_at);
  RETURN NULL;
END $$;
CREATE TRIGGER void_is_told AFTER UPDATE OF voided_at ON ledger.grants
  FOR EACH ROW WHEN (OLD.voided_at IS NULL) EXECUTE FUNCTION jobs.tell_voided();

-- A period that was granted, after another one. A higher plan in the same period is no renewal.
CREATE FUNCTION jobs.tell_renewed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NOT OLD.is_skipped THEN
    RETURN NULL;
  END IF;
  PERFORM jobs.tell(NEW.account_id, NULL, 'plan.renewed', jsonb_build_object(
    'plan', NEW.plan, 'credits', NEW.granted, 'period_start', NEW.period_starts_at,
    'period_end', NEW.period_ends_at), ledger.clock(a))
  FROM ledger.accounts a WHERE a.account_id = NEW.account_id AND EXISTS (
    SELECT 1 FROM ledger.plan_periods p
    WHERE p.account_id = NEW.account_id AND p.period_starts_at < NEW.period_starts_at);
  RETURN NULL;
END $$;
CREATE TRIGGER renewal_is_told AFTER INSERT OR UPDATE ON ledger.plan_periods
  FOR EACH ROW WHEN (NOT NEW.is_skipped) EXECUTE FUNCTION jobs.tell_renewed();
