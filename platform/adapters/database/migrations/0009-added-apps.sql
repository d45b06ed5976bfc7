-- Apps from outside: the code of their modules, and what was taken of it once, when they were admitted. json, not jsonb, where
-- the order of keys is the order in which people are asked.
CREATE TABLE kade.added_app (
  id        text PRIMARY KEY,
  digest    text NOT NULL,
  -- gzipped
  bundle    bytea NOT NULL,
  data      json NOT NULL,
  facts     jsonb NOT NULL,
  passport  json NOT NULL,
  readme    text NOT NULL,
  icon      text NOT NULL,
  added_by  text NOT NULL,
  added_at  timestamptz NOT NULL
);
