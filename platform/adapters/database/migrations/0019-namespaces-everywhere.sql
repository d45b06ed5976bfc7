-- Whether the namespace is to stand on every cluster, also on one that joins later. Who named no clusters meant all of them.
ALTER TABLE kade.namespace ADD COLUMN everywhere boolean NOT NULL DEFAULT false;
UPDATE kade.namespace n SET everywhere = NOT EXISTS (
  SELECT 1 FROM kade.cluster c
  WHERE NOT EXISTS (SELECT 1 FROM jsonb_array_elements(n.clusters) AS one WHERE one->>'name' = c.name));
