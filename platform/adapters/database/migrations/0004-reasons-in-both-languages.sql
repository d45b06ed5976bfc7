-- What was said in English alone stands in both languages until the next sighting says it anew.
ALTER TABLE kade.observation ALTER COLUMN reason TYPE jsonb
  USING CASE WHEN reason IS NOT NULL THEN jsonb_build_object('en', reason, 'nl', reason) END;

UPDATE kade.deployment
   SET health = jsonb_set(health, '{reason}', jsonb_build_object('en', health->'reason', 'nl', health->'reason'))
 WHERE jsonb_typeof(health->'reason') = 'string';
