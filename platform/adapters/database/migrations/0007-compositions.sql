-- What a blocked operation waits for; only of one that is open. Found by the deployment that somebody waits for.
ALTER TABLE kade.operation ADD COLUMN waits_for jsonb;
CREATE INDEX operation_by_wait ON kade.operation USING gin (waits_for jsonb_path_ops)
  WHERE waits_for IS NOT NULL;

-- Who is bound to a deployment, by its `namespace/name`.
CREATE INDEX revision_by_binding ON kade.revision
  USING gin ((jsonb_path_query_array(data->'bindings', '$.*')) jsonb_path_ops);

-- The composition a deployment is a member of, within its namespace.
ALTER TABLE kade.deployment ADD COLUMN composition text;
CREATE INDEX deployment_by_composition ON kade.deployment (namespace, composition)
  WHERE composition IS NOT NULL;
