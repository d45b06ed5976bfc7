-- Which process does what one at a time does, such as handing events to a broker.
CREATE TABLE kade.lease (
  name   text PRIMARY KEY,
  holder uuid NOT NULL,
  until  timestamptz NOT NULL
);

-- What this installation is called outside, until somebody names it: the source of its events.
CREATE TABLE kade.installation (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  id       uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO kade.installation DEFAULT VALUES;
