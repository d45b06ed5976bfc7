/** Holds the PostgreSQL of `shared-server.ts`: tells its URL, and ends it when whoever asked lets go or is gone. */
import { startTestServer } from './database.ts'

const server = await startTestServer()
process.once('disconnect', () => void server.stop())
process.send?.(server.adminUrl)
