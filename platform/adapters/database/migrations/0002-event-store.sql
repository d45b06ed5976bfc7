-- message-db's functions name one another without a schema, and write as whoever calls them. Here they find each other
-- wherever they are called from, and only `write_message` writes: it does so as the owner, so that the runtime role needs
-- no INSERT, and can neither choose a position or a time of its own nor change an event.
ALTER FUNCTION message_store.write_message(varchar, varchar, varchar, jsonb, jsonb, bigint)
  SECURITY DEFINER SET search_path = message_store, pg_temp;
ALTER FUNCTION message_store.acquire_lock(varchar) SET search_path = message_store, pg_temp;
ALTER FUNCTION message_store.get_stream_messages(varchar, bigint, bigint, varchar)
  SET search_path = message_store, pg_temp;
ALTER FUNCTION message_store.get_category_messages(varchar, bigint, bigint, varchar, bigint, bigint, varchar)
  SET search_path = message_store, pg_temp;
ALTER FUNCTION message_store.get_last_stream_message(varchar, varchar)
  SET search_path = message_store, pg_temp;
ALTER FUNCTION message_store.stream_version(varchar) SET search_path = message_store, pg_temp;

-- A wake-up for readers; they poll as well, so that a lost one costs time and nothing else.
CREATE FUNCTION kade.tell_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('events', message_store.category(NEW.stream_name));
  RETURN NULL;
END $$;
CREATE TRIGGER tell_event AFTER INSERT ON message_store.messages
  FOR EACH ROW EXECUTE FUNCTION kade.tell_event();
