-- Until when the secret before the newest one signs as well; null where there is none that does.
ALTER TABLE kade.webhook ADD COLUMN old_secret_until timestamptz;
