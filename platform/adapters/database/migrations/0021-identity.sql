-- How people come in: by an invitation, a password, an identity provider, a login of the terminal; and the tokens of their
-- programs. Of every token only its hash is kept.
ALTER TABLE kade.account
  ADD COLUMN email             text,
  ADD COLUMN email_verified_at timestamptz,
  ADD COLUMN language          text,
  ADD COLUMN password_hash     text,
  ADD COLUMN deactivated_at    timestamptz;
CREATE UNIQUE INDEX account_by_email ON kade.account (email);

-- A link signs in, or it lets its holder choose a password, or shows whose an e-mail address is.
ALTER TABLE kade.sign_in_link ADD COLUMN purpose text NOT NULL DEFAULT 'sign-in';
CREATE INDEX sign_in_link_by_account ON kade.sign_in_link (account, purpose);

ALTER TABLE kade.session
  ADD COLUMN id      uuid NOT NULL DEFAULT gen_random_uuid(),
  ADD COLUMN name    text,
  ADD COLUMN agent   text,
  ADD COLUMN scope   text,
  ADD COLUMN team    text,
  ADD COLUMN used_at timestamptz,
  -- However much it is used, it ends then.
  ADD COLUMN ends_at timestamptz;
UPDATE kade.session SET ends_at = created_at + interval '7 days' WHERE kind = 'browser';
CREATE UNIQUE INDEX session_by_id ON kade.session (id);
CREATE INDEX session_by_account ON kade.session (account, kind, created_at);

CREATE TABLE kade.invitation (
  id         uuid PRIMARY KEY,
  email      text NOT NULL UNIQUE,
  token_hash text NOT NULL UNIQUE,
  roles      text[] NOT NULL,
  teams      jsonb NOT NULL,
  invited_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);

-- Tries to sign in that did not (yet) go well, by whom and by where from; older ones are swept.
CREATE TABLE kade.sign_in_try (
  id   uuid NOT NULL,
  key  text NOT NULL,
  at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (key, at, id)
);

-- A program without a browser that asks to be let in (RFC 8628).
CREATE TABLE kade.device_login (
  device_hash text PRIMARY KEY,
  user_code   text NOT NULL UNIQUE,
  client      text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz NOT NULL,
  interval_s  integer NOT NULL,
  asked_at    timestamptz,
  account     text,
  denied      boolean NOT NULL DEFAULT false
);

-- A browser on its way to the identity provider and back, and whom the provider calls what.
CREATE TABLE kade.single_sign_on (
  state_hash text PRIMARY KEY,
  nonce      text NOT NULL,
  verifier   text NOT NULL,
  return_to  text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE TABLE kade.identity (
  issuer  text NOT NULL,
  subject text NOT NULL,
  account text NOT NULL REFERENCES kade.account (id) ON DELETE CASCADE,
  since   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX identity_by_account ON kade.identity (account);
