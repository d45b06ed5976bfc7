-- What only some roles of the whole installation need to hear is written for the role instead of a team.
ALTER TABLE kade.notification ALTER COLUMN team DROP NOT NULL, ADD COLUMN role text, ADD COLUMN approval uuid,
  ADD CONSTRAINT notification_for_somebody CHECK ((team IS NULL) <> (role IS NULL)),
  ADD CONSTRAINT notification_once_a_role UNIQUE (role, event);
CREATE INDEX notification_by_role ON kade.notification (role, at DESC, id) WHERE role IS NOT NULL;
