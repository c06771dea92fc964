-- What asks for a person, in the order in which it does: each list of it is read from the beginning of an index.
CREATE INDEX webhook_endpoints_failing ON jobs.webhook_endpoints (failing_since)
  WHERE failing_since IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX jobs_stuck_by_return ON jobs.jobs (return_by) WHERE state = 'stuck';
CREATE INDEX attempts_unknown_by_age ON jobs.attempts (posted_at) WHERE state = 'unknown';
CREATE INDEX reservations_open_by_return ON ledger.reservations (return_by) WHERE state = 'open';

-- Reviews and repairs that may be open: every one is put here when it comes about, and jobs.prune_attention takes out
-- what is decided or settled for good. Whether it is open is asked of its own tables.
CREATE TABLE jobs.may_be_open (
  account_id text        NOT NULL,
  kind       text        NOT NULL CHECK (kind IN ('review', 'repair')),
  id         text        NOT NULL,  -- of the review, or of the reservation
  since      timestamptz NOT NULL,
  PRIMARY KEY (account_id, kind, id)
);
CREATE INDEX reviews_may_be_open_by_age ON jobs.may_be_open (since, id) WHERE kind = 'review';
CREATE INDEX repairs_may_be_open_by_age ON jobs.may_be_open (since, id) WHERE kind = 'repair';

CREATE FUNCTION jobs.note_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO jobs.may_be_open VALUES (NEW.account_id, 'review', NEW.review_id, NEW.created_at) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER reviews_may_be_open AFTER INSERT ON jobs.reviews
  FOR EACH ROW EXECUTE FUNCTION jobs.note_review();

-- At each try again, as well: one that was taken out meanwhile comes back.
CREATE FUNCTION jobs.note_repair() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO jobs.may_be_open VALUES (NEW.account_id, 'repair', NEW.reservation_id, NEW.first_seen_at)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER repairs_may_be_open AFTER INSERT OR UPDATE ON jobs.repairs
  FOR EACH ROW EXECUTE FUNCTION jobs.note_repair();
