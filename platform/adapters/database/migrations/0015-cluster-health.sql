-- What each worker last said of each cluster it serves: two may serve one, and only one of them reach it.
CREATE TABLE kade.worker_report (
  cluster   text NOT NULL REFERENCES kade.cluster (name) ON DELETE CASCADE,
  worker    text NOT NULL,
  at        timestamptz NOT NULL,
  reachable boolean NOT NULL,
  -- It answered, though not as it should; only of one that is not reachable.
  answered  boolean NOT NULL,
  PRIMARY KEY (cluster, worker)
);

-- Where its API server is and how to know it is the right one, without a credential; null where nobody beside its worker can ask it.
ALTER TABLE kade.cluster ADD COLUMN endpoint jsonb;
-- When it last answered somebody beside its worker. As long as it never has, its silence towards them says nothing.
ALTER TABLE kade.cluster ADD COLUMN probed_at timestamptz;
-- The newest looks at it, from which its health is decided, and that decision.
ALTER TABLE kade.cluster ADD COLUMN looks jsonb NOT NULL DEFAULT '[]';
ALTER TABLE kade.cluster ADD COLUMN health jsonb;

-- How Kade looks at its clusters: the round that is newest, since when without a gap, and whether it suspects itself.
CREATE TABLE kade.health_watch (
  only_one       boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  looked_at      timestamptz NOT NULL DEFAULT '-infinity',
  watching_since timestamptz NOT NULL DEFAULT '-infinity',
  suspect        jsonb
);
INSERT INTO kade.health_watch DEFAULT VALUES;
