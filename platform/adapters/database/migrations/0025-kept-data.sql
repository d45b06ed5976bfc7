-- What was kept in a cluster of a deployment that left it or was deleted, until it is erased. A row outlives its deployment.
CREATE TABLE kade.kept_data (
  deployment uuid NOT NULL,
  cluster    text NOT NULL,
  namespace  text NOT NULL,
  name       text NOT NULL,
  team       text NOT NULL,
  app        text NOT NULL,
  -- As Kind/name.
  objects    text[] NOT NULL,
  since      timestamptz NOT NULL,
  PRIMARY KEY (deployment, cluster)
);
CREATE INDEX kept_data_by_name ON kade.kept_data (namespace, name);
-- Of a delete with its data: by cluster when that was erased there, null where it is still to be erased.
ALTER TABLE kade.operation ADD COLUMN erasures jsonb;
-- By cluster how often a worker began the operation there, or began it anew; attempt is the most of these.
ALTER TABLE kade.operation ADD COLUMN tries jsonb;
