import { describe, expect, it } from 'vitest'
import type { Logs } from '#api/logs.ts'
import { PlatformError } from '#platform/errors.ts'
import { cliAtDoor } from '#tests/support/cli-at-door.ts'

const cli = cliAtDoor()
const { calls } = cli

/** What the cluster says, one answer after the other; the last one again and again. */
function lay(...said: (Logs['items'] | PlatformError)[]) {
  cli.answers = {
    readLogs: () => {
      const items = (said.length > 1 ? said.shift() : said[0]) ?? []
      if (items instanceof PlatformError) throw items
      return { items, simulated: false, truncated: false }
    },
  }
}

async function kade(line: string) {
  const { code, out, err } = await cli.kade(line)
  return { code, out: out.split('\n').filter(said => said !== ''), err }
}

function line(second: number, pod: string, text: string) {
  return { at: `2026-11-21T10:00:${second}.000000001Z`, pod, container: 'app', text }
}

const gone = new PlatformError('not-found', 'There is no deployment team-a/chat.')

describe('kade logs --follow', () => {
  it('tells each line once, of pods that come and go, until the deployment is gone', async () => {
    const [one, two, three] = [line(11, 'a', 'one'), line(12, 'b', 'two'), line(13, 'b', 'three')]
    lay([one], [one, two], [two, three], gone)
    const { code, out, err } = await kade('logs team-a/chat -f --lines 50')
    expect(out).toEqual(['a/app  one', 'b/app  two', 'b/app  three'])
    expect(code).toBe(4)
    expect(err).toBe('team-a/chat is gone: it was deleted, and there is nothing more to follow.')
    expect(calls.map(({ call }) => call.query)).toEqual([
      { lines: 50 },
      { lines: 2000, since: '2026-11-21T10:00:01.000Z' },
      { lines: 2000, since: '2026-11-21T10:00:02.000Z' },
      { lines: 2000, since: '2026-11-21T10:00:03.000Z' },
    ])
  })

  it('goes on when the cluster is away for a while, and says so once', async () => {
    const away = new PlatformError('cluster-unreachable', 'The cluster amsterdam does not answer.')
    const one = line(11, 'a', 'one')
    lay([one], away, [one, line(12, 'a', 'two')], gone)
    const { out, err } = await kade('logs team-a/chat --follow -o json')
    expect(out.map(text => JSON.parse(text).text)).toEqual(['one', 'two'])
    expect(err).toMatch(/amsterdam does not answer.* Ctrl-C/)
    expect(err).toContain('It answers again.')
  })

  it('follows nothing that is not there', async () => {
    lay(gone)
    const { code, err } = await kade('logs team-a/chat -f')
    expect(code).toBe(4)
    expect(err).toContain('There is no deployment team-a/chat.')
    expect(calls).toHaveLength(1)
  })
})

describe('kade logs --since', () => {
  it('asks for the lines of that time alone', async () => {
    lay([])
    const before = Date.now()
    await kade('logs team-a/chat --since 10m')
    const { since } = Object(calls[0]?.call.query)
    expect(Math.abs(Date.parse(since) + 600_000 - before)).toBeLessThan(5_000)
  })

  it('makes no sense as anything but a time', async () => {
    expect((await kade('logs team-a/chat --since yesterday')).code).toBe(2)
    const answer = await fetch(`${cli.url}/api/v1/deployments/team-a/chat/logs?since=yesterday`, {
      headers: { authorization: `Bearer ${cli.door.token}` },
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      code: 'request-invalid',
      violations: [{ pointer: expect.stringContaining('since') }],
    })
    expect(calls).toEqual([])
  })
})
