-- What an operation asks consent to, by digest and items; only of one that needs approval.
ALTER TABLE kade.operation ADD COLUMN asks jsonb;
