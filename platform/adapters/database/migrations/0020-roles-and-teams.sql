-- Teams were words on rows; now they are rows, an account is a member of each by a role, and roles of the whole installation
-- stand with the account.
CREATE TABLE kade.team (
  name       text PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE kade.membership (
  account  text NOT NULL REFERENCES kade.account (id) ON DELETE CASCADE,
  team     text NOT NULL REFERENCES kade.team (name) ON DELETE CASCADE,
  role     text NOT NULL,
  since    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, team)
);
CREATE INDEX membership_by_team ON kade.membership (team, account);

INSERT INTO kade.team (name)
  SELECT unnest(teams) FROM kade.account UNION SELECT team FROM kade.namespace;
INSERT INTO kade.membership (account, team, role)
  SELECT DISTINCT id, unnest(teams), 'team-maintainer' FROM kade.account;

ALTER TABLE kade.account ADD COLUMN roles text[] NOT NULL DEFAULT '{}';
UPDATE kade.account SET roles = '{platform-admin}' WHERE role = 'owner';
ALTER TABLE kade.account DROP COLUMN role, DROP COLUMN teams;
