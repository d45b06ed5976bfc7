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

-- Where the events of a team's namespaces are sent. Address and signing secret stand encrypted in kade.secret_version, because
-- a token may be part of the address; `origin` is what may be shown of it.
CREATE TABLE kade.webhook (
  id             uuid PRIMARY KEY,
  team           text NOT NULL,
  name           text NOT NULL,
  origin         text NOT NULL,
  -- Empty: all.
  events         text[] NOT NULL,
  namespaces     text[] NOT NULL,
  state          text NOT NULL,
  reason         jsonb,
  failing_since  timestamptz,
  secret_version integer NOT NULL,
  created_by     text NOT NULL,
  created_at     timestamptz NOT NULL,
  UNIQUE (team, name)
);

-- One event for one webhook; the pair tells a second delivery from the first.
CREATE TABLE kade.webhook_delivery (
  id         uuid PRIMARY KEY,
  webhook    uuid NOT NULL,
  event      uuid NOT NULL,
  name       text NOT NULL,
  namespace  text,
  deployment text,
  state      text NOT NULL,
  attempts   integer NOT NULL DEFAULT 0,
  status     integer,
  error      jsonb,
  created_at timestamptz NOT NULL,
  next_at    timestamptz,
  ended_at   timestamptz,
  UNIQUE (webhook, event)
);
CREATE INDEX webhook_delivery_by_time ON kade.webhook_delivery (webhook, created_at DESC, id);

-- What the people of a team should hear of; the event tells a second one from the first.
CREATE TABLE kade.notification (
  id         uuid PRIMARY KEY,
  team       text NOT NULL,
  event      uuid NOT NULL,
  kind       text NOT NULL,
  text       jsonb NOT NULL,
  namespace  text,
  deployment text,
  at         timestamptz NOT NULL,
  UNIQUE (team, event)
);
CREATE INDEX notification_by_time ON kade.notification (team, at DESC, id);

-- Each person reads for themselves.
CREATE TABLE kade.notification_read (
  account      text NOT NULL,
  notification uuid NOT NULL REFERENCES kade.notification ON DELETE CASCADE,
  PRIMARY KEY (account, notification)
);
CREATE INDEX notification_read_by_notification ON kade.notification_read (notification);
