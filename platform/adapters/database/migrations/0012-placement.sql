-- What the worker of a cluster counted last; the next survey fills it again.
CREATE TABLE kade.cluster_survey (
  cluster     text PRIMARY KEY REFERENCES kade.cluster (name) ON DELETE CASCADE,
  at          timestamptz NOT NULL,
  nodes       integer NOT NULL,
  usable      integer NOT NULL,
  allocatable jsonb NOT NULL,
  requested   jsonb NOT NULL,
  -- Free amounts of the roomiest nodes.
  rooms       jsonb NOT NULL,
  -- Requests of scheduled pods by deployment, of deployments with an operation that the survey saw under way.
  seen        jsonb NOT NULL,
  -- What all nodes say alike.
  labels      jsonb NOT NULL,
  -- Something there makes nodes when pods wait for room.
  elastic     boolean NOT NULL
);
-- When, by whom and why a cluster takes nothing new; null where it does.
ALTER TABLE kade.cluster ADD COLUMN cordon jsonb;
-- Where the deployment was placed by its last decision, and why there.
ALTER TABLE kade.deployment ADD COLUMN placement jsonb;
-- What was accepted and no survey can have seen yet: operations that are open, or ended since.
CREATE INDEX operation_by_end ON kade.operation (ended_at);
