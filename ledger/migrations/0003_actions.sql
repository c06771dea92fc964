-- Up Migration
-- An account's own record of what was done to it: without the tokens of its customers' browsers, of which there is one
-- for each visit.
CREATE INDEX operator_actions_listed ON ledger.operator_actions (account_id, action_id)
  WHERE action NOT IN ('create_portal_session', 'revoke_portal_session');
