-- What a worker said to one gateway of what another one handed it; taken within moments by the one that holds the stream.
CREATE TABLE kade.worker_reply (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stream     uuid NOT NULL,
  credential uuid NOT NULL,
  reply      jsonb NOT NULL,
  at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX worker_reply_by_stream ON kade.worker_reply (stream, id);
