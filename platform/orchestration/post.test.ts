import { expect, it, vi } from 'vitest'
import { openPost } from './post.ts'

/** Two takers that write down what is done with them. */
function ground() {
  const done: string[] = []
  const taker = (name: string) => async () => {
    done.push(`take ${name}`)
    return async () => {
      done.push(`leave ${name}`)
    }
  }
  return { done, takers: [taker('tasks'), taker('questions')] }
}

it('lets go after two misses in a row, and takes everything again at the first hit', async () => {
  const { done, takers } = ground()
  const post = openPost(takers, () => {})
  await post.taken
  for (const reachable of [true, false, true, false]) post.found(reachable)
  await vi.waitFor(() => expect(done).toEqual(['take tasks', 'take questions']))
  for (const reachable of [false, false, false]) post.found(reachable)
  await vi.waitFor(() => expect(done.slice(2)).toEqual(['leave questions', 'leave tasks']))
  post.found(true)
  post.found(true)
  await vi.waitFor(() => expect(done.slice(4)).toEqual(['take tasks', 'take questions']))
  await post.stop()
  expect(done.slice(6)).toEqual(['leave questions', 'leave tasks'])
  post.found(true)
  await post.stop()
  expect(done).toHaveLength(8)
})

it('tells what could not be taken again, and tries that with the next look', async () => {
  const { done, takers } = ground()
  const told: unknown[] = []
  let broken = false
  const failing = async () => {
    if (broken) throw new Error('away')
    return async () => {}
  }
  const post = openPost([...takers, failing], error => told.push(error))
  await post.taken
  broken = true
  post.found(false)
  post.found(false)
  post.found(true)
  await vi.waitFor(() => expect(told).toHaveLength(1))
  broken = false
  post.found(true)
  await post.stop()
  // What was taken already is not taken twice.
  expect(done.filter(one => one === 'take tasks')).toHaveLength(2)
  expect(told).toHaveLength(1)
})
