-- How far a revision with phases has come on a cluster, as it was last seen.
ALTER TABLE kade.observation ADD COLUMN gate jsonb;
