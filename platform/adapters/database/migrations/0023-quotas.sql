-- What a team, or all namespaces of an environment, may take of all clusters together. That of a namespace is its bounds.
CREATE TABLE kade.quota (
  scope  text NOT NULL CHECK (scope IN ('team', 'environment')),
  name   text NOT NULL,
  limits jsonb NOT NULL,
  PRIMARY KEY (scope, name)
);

-- The row that reserves a deployment's name reserves what its wanted revision takes as well, on all of its clusters together:
-- millicores, bytes, devices by the name of their resource.
ALTER TABLE kade.deployment_name
  ADD COLUMN team text NOT NULL DEFAULT '',
  ADD COLUMN environment text NOT NULL DEFAULT '',
  ADD COLUMN cpu bigint NOT NULL DEFAULT 0,
  ADD COLUMN memory bigint NOT NULL DEFAULT 0,
  ADD COLUMN storage bigint NOT NULL DEFAULT 0,
  ADD COLUMN devices jsonb NOT NULL DEFAULT '{}';
CREATE INDEX deployment_name_by_team ON kade.deployment_name (team);
CREATE INDEX deployment_name_by_environment ON kade.deployment_name (environment);

-- Of what lives by now: each cluster counted whole. Volumes and devices are known again with the next change of each.
UPDATE kade.deployment_name n SET team = d.team, environment = d.environment,
  cpu = cardinality(d.clusters) * taken.cpu, memory = cardinality(d.clusters) * taken.memory
  FROM kade.deployment d, LATERAL (
    SELECT coalesce(sum((one->'request'->>'cpu')::bigint * (one->>'count')::bigint), 0) AS cpu,
           coalesce(sum((one->'request'->>'memory')::bigint * (one->>'count')::bigint), 0) AS memory
      FROM kade.revision r, jsonb_array_elements(coalesce(r.data->'demand', '[]')) AS one
     WHERE r.deployment = d.id AND r.number = d.revision) AS taken
 WHERE n.deployment = d.id;
