-- Kinds of the Prometheus operator that a cluster has and Kade may write there, as its worker last reported; null as long as
-- nobody has.
ALTER TABLE kade.cluster ADD COLUMN monitors jsonb;
