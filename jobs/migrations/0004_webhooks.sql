-- Where accounts are told of their events over HTTP, and each delivery: one row per event and endpoint, made in the
-- transaction of the event, so that none is lost and none is told of what was rolled back.
CREATE TABLE jobs.webhook_endpoints (
  account_id       text        NOT NULL,
  endpoint_id      text        NOT NULL,
  url              text        NOT NULL,
  events           text[]      NOT NULL,  -- the types that it is told of
  secret           text        NOT NULL,  -- in clear: what is sent is signed with it
  old_secret       text,  -- signs beside it until its time is over
  old_secret_until timestamptz,
  failures         int         NOT NULL DEFAULT 0,  -- in a row
  failing_since    timestamptz,  -- the first of them
  paused_until     timestamptz NOT NULL DEFAULT '-infinity',
  disabled_at      timestamptz,
  disabled_reason  text        CHECK (disabled_reason IN ('asked', 'gone', 'failing')),
  deleted_at       timestamptz,
  created_at       timestamptz NOT NULL,
  PRIMARY KEY (endpoint_id, account_id),
  CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL))
);
CREATE INDEX webhook_endpoints_of_account ON jobs.webhook_endpoints (account_id, created_at) WHERE deleted_at IS NULL;
CREATE INDEX webhook_endpoints_deleted ON jobs.webhook_endpoints (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE jobs.webhook_deliveries (
  account_id    text        NOT NULL,
  endpoint_id   text        NOT NULL,
  sequence      bigint      NOT NULL,  -- of the event
  type          text        NOT NULL,
  state         text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
  due_at        timestamptz NOT NULL,  -- it is sent from then on; while it is being sent: the end of the lease
  claim         text,  -- who is sending it
  attempts      int         NOT NULL DEFAULT 0,
  attempted_at  timestamptz,
  status        int,  -- of the last response
  error         text,  -- why there was none
  request_body  text,  -- of what failed: it is sent again as it was
  response_body text,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (endpoint_id, sequence)
) WITH (fillfactor = 70);
CREATE INDEX webhook_deliveries_due ON jobs.webhook_deliveries (endpoint_id, due_at, sequence)
  WHERE state = 'pending';
CREATE INDEX webhook_deliveries_in_flight ON jobs.webhook_deliveries (endpoint_id, due_at) WHERE claim IS NOT NULL;
CREATE INDEX webhook_deliveries_by_age ON jobs.webhook_deliveries (created_at) WHERE state <> 'pending';

CREATE FUNCTION jobs.queue_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO jobs.webhook_deliveries (account_id, endpoint_id, sequence, type, due_at, created_at)
  SELECT NEW.account_id, e.endpoint_id, NEW.sequence, NEW.type, ledger.clock(), ledger.clock()
  FROM jobs.webhook_endpoints e
  WHERE e.account_id = NEW.account_id AND e.deleted_at IS NULL AND e.disabled_at IS NULL AND NEW.type = ANY (e.events);
  RETURN NULL;
END $$;
CREATE TRIGGER events_are_delivered AFTER INSERT ON jobs.events
  FOR EACH ROW EXECUTE FUNCTION jobs.queue_deliveries();
