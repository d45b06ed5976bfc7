-- What the newest scan of a cluster found; the next scan fills it again.
CREATE TABLE kade.cluster_scan (
  cluster    text PRIMARY KEY REFERENCES kade.cluster (name) ON DELETE CASCADE,
  at         timestamptz NOT NULL,
  -- When leaks were last counted with every kind read: leaks and count are of that moment.
  counted_at timestamptz,
  count      integer NOT NULL DEFAULT 0,
  leaks      jsonb NOT NULL DEFAULT '[]',
  unread     jsonb NOT NULL DEFAULT '[]'
);
