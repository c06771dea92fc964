-- Up Migration

-- The grant that returned credits stand in when theirs has expired: one per reservation, named after it.
CREATE FUNCTION ledger.return_grant_id(p_reservation_id text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT 'grant_return_' || p_reservation_id $$;

-- Where credits that come back go, by the fate of the grant they came from. A voided grant wins over an expired one:
-- what was charged back never becomes spendable again.
CREATE FUNCTION ledger.way_back(p_voided_at timestamptz, p_expires_at timestamptz, p_now timestamptz, p_expired_policy text)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_voided_at IS NOT NULL THEN 'voided'
              WHEN p_expires_at > p_now THEN 'alive'
              WHEN p_expired_policy = 'expire' THEN 'expire'
              ELSE 'return' END
$$;

-- The moves of each way back, in order: of what was reserved, and of what was spent and is refunded. (`then` orders two
-- moves of the same part.)
CREATE VIEW ledger.ways_back (way, "then", kind, from_bucket, to_bucket, on_new_grant) AS
  SELECT w.way, w.ordinal, w.kind::ledger.entry_kind, w.from_bucket::ledger.bucket, w.to_bucket::ledger.bucket, w.on_new_grant
  FROM (VALUES
    ('alive',  1, 'release', 'reserved',  'available', false),
    ('voided', 1, 'void',    'reserved',  'voided',    false),
    ('expire', 1, 'release', 'reserved',  'available', false),
    ('expire', 2, 'expire',  'available', 'expired',   false),
    ('return', 1, 'expire',  'reserved',  'expired',   false),
    ('return', 2, 'release', 'outside',   'available', true),
    ('alive refund',  1, 'refund', 'spent',   'available', false),
    ('voided refund', 1, 'void',   'spent',   'voided',    false),
    ('return refund', 1, 'expire', 'spent',   'expired',   false),
    ('return refund', 2, 'refund', 'outside', 'available', true)
  ) w (way, ordinal, kind, from_bucket, to_bucket, on_new_grant);

-- Down Migration
