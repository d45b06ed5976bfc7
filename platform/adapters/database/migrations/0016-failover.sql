-- What somebody chose for a deployment for when its cluster is down; without a row it is as for every deployment of its kind.
CREATE TABLE kade.failover (
  deployment uuid PRIMARY KEY,
  mode       text NOT NULL,
  after      integer NOT NULL,
  by         text NOT NULL,
  at         timestamptz NOT NULL
);

-- Why a deployment on a cluster that is down is not moved away, as long as that is so.
CREATE TABLE kade.failover_held (
  deployment uuid PRIMARY KEY,
  clusters   text[] NOT NULL,
  code       text NOT NULL,
  reason     jsonb NOT NULL,
  verdicts   jsonb,
  since      timestamptz NOT NULL,
  -- When it was last asked for and refused.
  refused_at timestamptz
);

-- From where a deployment was last moved by itself, and by which operation.
CREATE TABLE kade.failover_move (
  deployment uuid PRIMARY KEY,
  operation  uuid NOT NULL,
  clusters   text[] NOT NULL,
  at         timestamptz NOT NULL
);

-- When the last deployment was moved by itself.
ALTER TABLE kade.health_watch ADD COLUMN moved_at timestamptz;
