import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

// The order of message-db's own install scripts, which need psql; its views and its role are not used.
const FILES = [
  'schema/message-store',
  'tables/messages',
  'types/message',
  'functions/message-store-version',
  'functions/hash-64',
  'functions/acquire-lock',
  'functions/category',
  'functions/is-category',
  'functions/id',
  'functions/cardinal-id',
  'functions/stream-version',
  'functions/write-message',
  'functions/get-stream-messages',
  'functions/get-category-messages',
  'functions/get-last-stream-message',
  'indexes/messages-id',
  'indexes/messages-stream',
  'indexes/messages-category',
]

/** The SQL that installs message-db's event store into the schema `message_store`. */
export async function messageStoreSql(): Promise<string> {
  const manifest = fileURLToPath(import.meta.resolve('@eventide/message-db/package.json'))
  const root = path.join(path.dirname(manifest), 'database')
  const parts = await Promise.all(
    FILES.map(file => readFile(path.join(root, `${file}.sql`), 'utf8')),
  )
  return parts.join('\n')
}
