-- What a piece of work is about, for a list: the headline of its brief, or else the longest text among its fields.
-- Null: it has none.
CREATE OR REPLACE FUNCTION jobs.title_of(p_work jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT left(coalesce(p_work->'brief'->>'headline', (
    SELECT f.value #>> '{}' FROM jsonb_each(p_work) f
    WHERE jsonb_typeof(f.value) = 'string'
      AND f.key NOT IN ('kind', 'model', 'quality', 'test_scenario', 'source_output_id')
    ORDER BY length(f.value #>> '{}') DESC, f.key LIMIT 1)), 160)
$$;
