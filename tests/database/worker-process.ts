/**
 * A worker in a process of its own, for tests that kill it: takes tasks of cluster `a`, says `took <subject>` for each and
 * holds it for ever.
 */
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { openQueue } from '#platform/orchestration/queue.ts'

const url = process.env.KADE_TEST_URL ?? ''
const database = await openDatabase(url)
const queue = await openQueue({ database, url })
await queue.serve('a', async task => {
  console.log(`took ${task.subject}`)
  await new Promise(() => {})
})
console.log('ready')
