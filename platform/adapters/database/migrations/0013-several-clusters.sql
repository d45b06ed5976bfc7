-- By cluster the revision that was applied there last, and when.
ALTER TABLE kade.deployment ADD COLUMN places jsonb NOT NULL DEFAULT '{}';
UPDATE kade.deployment d SET places = (
  SELECT jsonb_object_agg(name, d.applied) FROM unnest(d.clusters) AS name)
 WHERE d.applied IS NOT NULL;
-- Where an operation works: of a move, the clusters it goes to; null in rows of before that was told.
ALTER TABLE kade.operation ADD COLUMN clusters text[];
-- The clusters wave by wave with their gate, and the wave that has begun; null where all go at once.
ALTER TABLE kade.operation ADD COLUMN waves jsonb;
-- When the state that is seen began, and since when the revision has served without a break.
ALTER TABLE kade.observation ADD COLUMN since timestamptz;
ALTER TABLE kade.observation ADD COLUMN ready_since timestamptz;
UPDATE kade.observation v SET since = (d.health->>'since')::timestamptz
  FROM kade.deployment d WHERE d.id = v.deployment;
-- Clusters on which a deployment may stand still and is not to: it is emptied there once the cluster can be reached. A row
-- outlives its deployment.
CREATE TABLE kade.leaving (
  deployment uuid NOT NULL,
  cluster    text NOT NULL,
  -- What left it there.
  operation  uuid NOT NULL,
  since      timestamptz NOT NULL,
  PRIMARY KEY (deployment, cluster)
);
CREATE INDEX leaving_by_cluster ON kade.leaving (cluster);
