-- What support finds an account by: how its name begins, whatever its case.
CREATE INDEX account_profiles_by_name ON ledger.account_profiles (lower(name) text_pattern_ops);
