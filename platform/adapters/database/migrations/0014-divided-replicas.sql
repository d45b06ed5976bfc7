-- By cluster the part of replicas that are divided; null where every cluster has all of them.
ALTER TABLE kade.operation ADD COLUMN replicas jsonb;
ALTER TABLE kade.deployment ADD COLUMN replicas jsonb;
