/** A worker of `queue.ts`, in a process of its own: told to, it takes the tasks of a cluster, each for so long, and tells when one ends. */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { openQueue } from '#platform/orchestration/queue.ts'

const [url = '', cluster = '', ms = '0'] = process.argv.slice(2)
const database = await openDatabase(url)
const queue = await openQueue({ database, url })
process.send?.('ready')
await once(process, 'message')
const stop = await queue.serve(cluster, async ({ subject }) => {
  if (Number(ms) > 0) await delay(Number(ms))
  process.send?.(subject)
})
process.once('disconnect', async () => {
  await stop()
  await queue.close()
  await database.close()
})
