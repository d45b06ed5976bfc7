-- The audit: each line is one action of somebody, chained to the line before it. `migrate.ts` leaves the runtime role no right to
-- change or remove one. What is searched by follows from the line itself, so that it cannot say anything else.
CREATE TABLE kade.audit (
  entry  jsonb NOT NULL,
  seq    bigint GENERATED ALWAYS AS ((entry->>'seq')::bigint) STORED PRIMARY KEY,
  event  text GENERATED ALWAYS AS (entry->>'id') STORED NOT NULL UNIQUE,
  at     text COLLATE "C" GENERATED ALWAYS AS (entry->>'at') STORED NOT NULL,
  actor  text GENERATED ALWAYS AS (entry->'actor'->>'id') STORED NOT NULL,
  action text GENERATED ALWAYS AS (entry->>'action') STORED NOT NULL,
  object text GENERATED ALWAYS AS (entry->'object'->>'id') STORED NOT NULL,
  team   text GENERATED ALWAYS AS (entry->>'team') STORED,
  result text GENERATED ALWAYS AS (entry->>'result') STORED NOT NULL,
  words  text GENERATED ALWAYS AS (lower((entry->'actor'->>'id') || ' ' || (entry->>'action') || ' '
           || (entry->'object'->>'id') || ' ' || (entry->>'event') || ' ' || coalesce(entry->>'reason', ''))) STORED
);
CREATE INDEX audit_by_actor ON kade.audit (actor, seq DESC);
CREATE INDEX audit_by_action ON kade.audit (action, seq DESC);
CREATE INDEX audit_by_object ON kade.audit (object, seq DESC);
CREATE INDEX audit_by_team ON kade.audit (team, seq DESC);
CREATE INDEX audit_by_result ON kade.audit (result, seq DESC) WHERE result <> 'allow';
CREATE INDEX audit_by_time ON kade.audit (at);

-- As for the names of deployments: without the extension a search reads every line.
DO $$
DECLARE
  place text;
BEGIN
  SELECT n.nspname INTO place
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm';
  IF place IS NOT NULL THEN
    EXECUTE format('CREATE INDEX audit_by_words ON kade.audit USING gin (words %I.gin_trgm_ops)', place);
  END IF;
END $$;
