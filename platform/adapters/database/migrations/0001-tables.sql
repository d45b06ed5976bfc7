-- The read models, reservations and caches of Kade. The events themselves stand in schema message_store.
-- Columns are plain on purpose: what a row means is decided by the code that projects it.

CREATE TABLE kade.deployment (
  id             uuid PRIMARY KEY,
  namespace      text NOT NULL,
  name           text NOT NULL,
  team           text NOT NULL,
  environment    text NOT NULL,
  app            text NOT NULL,
  version        text NOT NULL,
  clusters       text[] NOT NULL,
  simulated      boolean NOT NULL DEFAULT false,
  revision       integer NOT NULL DEFAULT 0,
  desired        jsonb NOT NULL,
  applied        jsonb,
  health_state   text NOT NULL DEFAULT 'unknown',
  health         jsonb NOT NULL,
  drift          jsonb,
  operation_id   uuid,
  url            text,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX deployment_by_name ON kade.deployment (namespace, name, id);
CREATE INDEX deployment_by_creation ON kade.deployment (created_at DESC, id);
CREATE INDEX deployment_by_health ON kade.deployment (health_state, namespace, name, id);
CREATE INDEX deployment_by_app ON kade.deployment (app, namespace, name, id);
CREATE INDEX deployment_by_team ON kade.deployment (team, namespace, name, id);
CREATE INDEX deployment_by_cluster ON kade.deployment USING gin (clusters);

-- No two living deployments share namespace and name: the row is the reservation.
CREATE TABLE kade.deployment_name (
  namespace  text NOT NULL,
  name       text NOT NULL,
  deployment uuid NOT NULL,
  PRIMARY KEY (namespace, name)
);

CREATE TABLE kade.operation (
  id           uuid PRIMARY KEY,
  deployment   uuid NOT NULL,
  namespace    text NOT NULL,
  name         text NOT NULL,
  app          text NOT NULL,
  team         text NOT NULL,
  kind         text NOT NULL,
  state        text NOT NULL,
  step         text,
  attempt      integer NOT NULL DEFAULT 0,
  revision     integer,
  requested_at timestamptz NOT NULL DEFAULT now(),
  ended_at     timestamptz,
  deadline     timestamptz NOT NULL,
  cause        jsonb,
  next         jsonb,
  continues    uuid,
  actor        text NOT NULL,
  via          text NOT NULL
);
CREATE INDEX operation_by_deadline ON kade.operation (state, deadline);
CREATE INDEX operation_by_request ON kade.operation (requested_at DESC, id);
CREATE INDEX operation_by_deployment ON kade.operation (deployment, requested_at DESC, id);
CREATE INDEX operation_by_name ON kade.operation (namespace, name, requested_at DESC, id);

CREATE TABLE kade.revision (
  deployment     uuid NOT NULL,
  number         integer NOT NULL,
  data           jsonb NOT NULL,
  objects_digest text NOT NULL,
  actor          text NOT NULL,
  via            text NOT NULL,
  at             timestamptz NOT NULL DEFAULT now(),
  reason         text,
  result         text,
  PRIMARY KEY (deployment, number)
);

-- Content-addressed, gzipped: the digest is of the plain canonical JSON.
CREATE TABLE kade.blob (
  digest text PRIMARY KEY,
  bytes  bytea NOT NULL
);

-- Encrypted values; deleting the row is erasure.
CREATE TABLE kade.secret_version (
  deployment uuid NOT NULL,
  version    integer NOT NULL,
  ciphertext text NOT NULL,
  PRIMARY KEY (deployment, version)
);

CREATE TABLE kade.namespace (
  name        text PRIMARY KEY,
  team        text NOT NULL,
  environment text NOT NULL,
  clusters    jsonb NOT NULL,
  bounds      jsonb NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE kade.cluster (
  name         text PRIMARY KEY,
  region       text NOT NULL,
  jurisdiction text NOT NULL,
  is_primary   boolean NOT NULL DEFAULT false,
  simulated    boolean NOT NULL DEFAULT false,
  state        text NOT NULL,
  since        timestamptz NOT NULL DEFAULT now(),
  message      jsonb,
  version      text,
  heartbeat_at timestamptz,
  worker       text
);

-- What was last seen in a cluster; a relist fills it again.
CREATE TABLE kade.observation (
  deployment uuid NOT NULL,
  cluster    text NOT NULL,
  revision   integer,
  state      text NOT NULL,
  reason     text,
  ready      boolean NOT NULL,
  failure    jsonb,
  drift      jsonb NOT NULL DEFAULT '[]',
  at         timestamptz NOT NULL,
  PRIMARY KEY (deployment, cluster)
);

CREATE TABLE kade.account (
  id         text PRIMARY KEY,
  name       text NOT NULL,
  role       text NOT NULL,
  teams      text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Tokens are kept as hashes only.
CREATE TABLE kade.sign_in_link (
  token_hash text PRIMARY KEY,
  account    text NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);

CREATE TABLE kade.session (
  token_hash text PRIMARY KEY,
  account    text NOT NULL,
  kind       text NOT NULL,
  csrf       text,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  via        text NOT NULL
);
CREATE INDEX session_by_expiry ON kade.session (expires_at);

CREATE TABLE kade.idempotency_key (
  account     text NOT NULL,
  key         text NOT NULL,
  fingerprint text NOT NULL,
  answer      jsonb,
  status      integer,
  at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, key)
);
CREATE INDEX idempotency_key_by_time ON kade.idempotency_key (at);

-- How far a handler or projection has read its event category.
CREATE TABLE kade.cursor (
  name     text PRIMARY KEY,
  position bigint NOT NULL
);

-- What a gateway asks of a cluster; the worker that serves it answers in the same row.
CREATE TABLE kade.cluster_question (
  id       uuid PRIMARY KEY,
  cluster  text NOT NULL,
  question jsonb NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT now(),
  deadline timestamptz NOT NULL,
  taken_by text,
  answer   jsonb,
  error    jsonb
);
CREATE INDEX cluster_question_open ON kade.cluster_question (cluster, asked_at) WHERE taken_by IS NULL;
CREATE INDEX cluster_question_by_deadline ON kade.cluster_question (deadline);
