-- Requests for approval as lists show them; their events are the truth.
CREATE TABLE kade.approval (
  id           uuid PRIMARY KEY,
  version      integer NOT NULL,
  kind         text NOT NULL,
  state        text NOT NULL,
  team         text NOT NULL,
  namespace    text NOT NULL,
  deployment   text NOT NULL,
  policy       text NOT NULL,
  approver     text NOT NULL,
  shown        text NOT NULL,
  content      text NOT NULL,
  reason       text NOT NULL,
  until        timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  authors      text[] NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL,
  decided_by   text,
  decided_as   text,
  decided_at   timestamptz,
  alone        boolean NOT NULL DEFAULT false,
  said         text,
  -- The deployment that it was used for, and is for from then on.
  target       uuid
);
CREATE INDEX approval_by_time ON kade.approval (requested_at DESC, id DESC);
CREATE INDEX approval_open ON kade.approval (namespace, deployment) WHERE state IN ('requested', 'given');

-- Accounts of one person say the same here; an account that says nothing is a person of its own.
ALTER TABLE kade.account ADD COLUMN person text;
