CREATE INDEX webhook_endpoints_failing ON jobs.webhook_endpoints (failing_since)
  WHERE failing_since IS NOT NULL AND deleted_at IS NULL;
