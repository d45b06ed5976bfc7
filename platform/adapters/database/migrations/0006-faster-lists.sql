-- A list by health goes on from (health_state, id); without an index in this order every page sorts all deployments.
CREATE INDEX deployment_by_health_and_id ON kade.deployment (health_state, id);

-- Finds a piece of a name without reading every row. Entries are not kept pending, or every search would read those. A
-- server without the extension, or an owner who may not create it, reads every row as before.
DO $$
DECLARE
  place text;
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA kade;
  SELECT n.nspname INTO place
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm';
  EXECUTE format(
    'CREATE INDEX deployment_by_words ON kade.deployment
       USING gin ((namespace || ''/'' || name || '' '' || app) %I.gin_trgm_ops)
       WITH (fastupdate = off)', place);
EXCEPTION
  WHEN undefined_file OR feature_not_supported OR insufficient_privilege THEN
    RAISE NOTICE 'Searching goes without pg_trgm: %', SQLERRM;
END $$;
