import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { writeWhenTaken } from './event-stream.ts'

/** A reader that takes nothing. */
const deaf = () => new Writable({ highWaterMark: 1, write() {} })

it('waits for no reader that is gone already', async () => {
  const over = AbortSignal.abort(new Error('closed'))
  await expect(writeWhenTaken(deaf(), 'text', over)).rejects.toThrow('closed')
  const gone = deaf()
  gone.destroy()
  const { signal } = new AbortController()
  await expect(writeWhenTaken(gone, 'text', signal)).rejects.toThrow('The reader is gone.')
})

it('stops waiting for a reader that goes away', async () => {
  const over = new AbortController()
  const writing = writeWhenTaken(deaf(), 'text', over.signal)
  over.abort(new Error('closed'))
  await expect(writing).rejects.toThrow('closed')
})
