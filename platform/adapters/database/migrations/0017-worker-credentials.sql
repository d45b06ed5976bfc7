-- By what a worker without a database is known, and which clusters it may serve. Of the token only its hash is kept.
CREATE TABLE kade.worker_credential (
  id         uuid PRIMARY KEY,
  name       text NOT NULL,
  clusters   text[] NOT NULL,
  token_hash text NOT NULL UNIQUE,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz,
  used_by    text,
  revoked_at timestamptz
);
CREATE UNIQUE INDEX worker_credential_by_name ON kade.worker_credential (name) WHERE revoked_at IS NULL;
