import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { loopbackCertificate } from '#tests/support/loopback-certificate.ts'
import { readAllowed } from './allowed.ts'
import { createOutgoing, type OutgoingOptions } from './create-outgoing.ts'
import type { Outgoing } from './outgoing.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map(close => close()))
})

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server on loopback; its port. */
async function serve(answer: Answer, host = '127.0.0.1', port = 0): Promise<number> {
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(port, host, resolve))
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  // A server that listens on TCP has an address of this form.
  return (server.address() as AddressInfo).port
}

function open(options: Partial<OutgoingOptions> = {}): Outgoing {
  const outgoing = createOutgoing({ allowed: readAllowed('127.0.0.1:*'), ...options })
  closing.push(() => outgoing.close())
  return outgoing
}

const get = (url: string) => ({ url, method: 'GET' as const })
const fault = (name: string) => expect.objectContaining({ fault: name })

describe('the address', () => {
  it.each([
    'http://127.0.0.1/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://017700000001/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::127.0.0.1]/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[fe80::1]/',
    'https://[fd00::1]/',
    'https://[fd00:ec2::254]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://0.0.0.0/',
    'https://localhost/',
  ])('%s is not called', async url => {
    const outgoing = open({ allowed: readAllowed('') })
    await expect(outgoing.send(get(url))).rejects.toEqual(fault('address-refused'))
    await expect(outgoing.check(url)).rejects.toEqual(fault('address-refused'))
  })

  it.each([
    'file:///etc/passwd',
    'gopher://a.example/',
    'ftp://a.example/',
    'not a url',
    'https://u:p@a.example/',
  ])('%s is none', async url => {
    await expect(open().send(get(url))).rejects.toEqual(fault('url-invalid'))
  })

  it('of the internet is called over https only', async () => {
    const outgoing = open({ resolve: async () => ['93.184.215.14'] })
    await expect(outgoing.send(get('http://hooks.example/'))).rejects.toEqual(
      fault('not-encrypted'),
    )
    await expect(outgoing.check('https://hooks.example/')).resolves.toBeUndefined()
  })

  it('is refused when a name has a forbidden one among its addresses', async () => {
    for (const inside of ['10.0.0.5', '169.254.169.254', '::1', '::ffff:192.168.0.1']) {
      const outgoing = open({ resolve: async () => ['93.184.215.14', inside] })
      await expect(outgoing.send(get('https://both.example/'))).rejects.toEqual(
        fault('address-refused'),
      )
    }
  })

  it('that a name has not is told as that', async () => {
    const nothing = open({ resolve: async () => [] })
    await expect(nothing.send(get('https://none.example/'))).rejects.toEqual(fault('unresolvable'))
    const wrong = open({ resolve: () => Promise.reject(new Error('ENOTFOUND')) })
    await expect(wrong.send(get('https://none.example/'))).rejects.toEqual(fault('unresolvable'))
  })

  it('that was checked is the one that is connected to, whatever the name means a moment later', async () => {
    const meant = vi.fn<Answer>((_, response) => response.end('meant'))
    const trap = vi.fn<Answer>((_, response) => response.end('trap'))
    const port = await serve(meant)
    await serve(trap, '127.0.0.2', port)
    const answers = [['127.0.0.1'], ['127.0.0.2']]
    const resolve = vi.fn(async () => answers.shift() ?? ['127.0.0.2'])
    const outgoing = open({ resolve })
    const url = `http://rebind.example:${port}/`
    expect((await outgoing.send({ ...get(url), headers: { connection: 'close' } })).body).toBe(
      'meant',
    )
    expect(resolve).toHaveBeenCalledTimes(1)
    await expect(outgoing.send(get(url))).rejects.toEqual(fault('address-refused'))
    expect(trap).not.toHaveBeenCalled()
  })

  it('inside is called when the list allows it, and shows the server the name that was asked for', async () => {
    const port = await serve((request, response) => response.end(request.headers.host))
    const outgoing = open({ resolve: async () => ['127.0.0.1'] })
    const answer = await outgoing.send(get(`http://tools.example:${port}/`))
    expect(answer).toMatchObject({ status: 200, body: `tools.example:${port}` })
  })
})

describe('a redirect', () => {
  it('is the answer where none is to be followed', async () => {
    const port = await serve((_, response) =>
      response.writeHead(302, { location: 'https://a.example/' }).end(),
    )
    expect((await open().send(get(`http://127.0.0.1:${port}/`))).status).toBe(302)
  })

  it.each(['http://127.0.0.2:1/', 'https://169.254.169.254/', 'https://[::1]/', '//10.0.0.1/'])(
    'to %s is not followed',
    async location => {
      const port = await serve((_, response) => response.writeHead(307, { location }).end())
      const sent = open().send({ ...get(`http://127.0.0.1:${port}/`), redirects: 3 })
      await expect(sent).rejects.toEqual(fault('address-refused'))
    },
  )

  it('to what is no address of the web is not followed', async () => {
    const port = await serve((_, response) =>
      response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    )
    const sent = open().send({ ...get(`http://127.0.0.1:${port}/`), redirects: 3 })
    await expect(sent).rejects.toEqual(fault('url-invalid'))
  })

  it('to another origin takes no headers along; 303 becomes a GET, 307 keeps what was sent', async () => {
    const seen: string[] = []
    const target = await serve((request, response) => {
      seen.push(`${request.method} ${request.headers.authorization ?? 'nothing'}`)
      response.end()
    })
    const statuses = [303, 307]
    const port = await serve((_, response) =>
      response
        .writeHead(statuses.shift() ?? 500, { location: `http://127.0.0.1:${target}/` })
        .end(),
    )
    const request = {
      url: `http://127.0.0.1:${port}/`,
      method: 'POST' as const,
      headers: { authorization: 'Bearer secret' },
      body: '{}',
      redirects: 1,
    }
    const outgoing = open()
    await outgoing.send(request)
    await outgoing.send(request)
    expect(seen).toEqual(['GET nothing', 'POST nothing'])
  })

  it('in a circle ends', async () => {
    let hops = 0
    const port = await serve((_, response) => {
      hops++
      response.writeHead(302, { location: '/again' }).end()
    })
    const sent = open().send({ ...get(`http://127.0.0.1:${port}/`), redirects: 3 })
    await expect(sent).rejects.toEqual(fault('too-many-redirects'))
    expect(hops).toBe(4)
  })
})

describe('an answer', () => {
  it('that never ends is given up at the deadline', async () => {
    const port = await serve((_, response) => {
      const drip = setInterval(() => response.write('.'), 20)
      response.on('close', () => clearInterval(drip))
    })
    const sent = open().send({ ...get(`http://127.0.0.1:${port}/`), deadlineMs: 300 })
    await expect(sent).rejects.toEqual(fault('timeout'))
  })

  it('that never begins, and a name that is never looked up, are given up too', async () => {
    const port = await serve(() => {})
    const sent = open().send({ ...get(`http://127.0.0.1:${port}/`), deadlineMs: 200 })
    await expect(sent).rejects.toEqual(fault('timeout'))
    const deaf = open({ resolve: () => new Promise(() => {}) })
    await expect(deaf.send({ ...get('https://a.example/'), deadlineMs: 200 })).rejects.toEqual(
      fault('timeout'),
    )
  })

  it('that is huge is refused, or cut where that is asked, and never read to its end', async () => {
    let written = 0
    const port = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 'x')))
          written += 64 * 1024
      }
      response.on('drain', more)
      more()
    })
    const outgoing = open()
    const request = { ...get(`http://127.0.0.1:${port}/`), maxBytes: 1_000 }
    await expect(outgoing.send(request)).rejects.toEqual(fault('answer-too-large'))
    const cut = await outgoing.send({ ...request, excess: 'cut' })
    expect(cut).toMatchObject({ status: 200, body: 'x'.repeat(1_000) })
    expect(written).toBeLessThan(64 * 1024 * 1024)
  })
})

describe('tries', () => {
  it('are made again after 503 and broken connections, and not after an answer', async () => {
    const says = [503, 0, 200, 404]
    const port = await serve((request, response) => {
      const status = says.shift() ?? 500
      if (status === 0) request.socket.destroy()
      else response.writeHead(status).end()
    })
    const outgoing = open()
    const request = { ...get(`http://127.0.0.1:${port}/`), tries: 3 }
    expect((await outgoing.send(request)).status).toBe(200)
    expect((await outgoing.send(request)).status).toBe(404)
    expect(says).toEqual([])
  })

  it('end with the deadline, also in the pause between two', async () => {
    const port = await serve((_, response) => response.writeHead(503).end())
    const begun = Date.now()
    const sent = open().send({ ...get(`http://127.0.0.1:${port}/`), tries: 50, deadlineMs: 300 })
    await expect(sent).rejects.toEqual(fault('timeout'))
    expect(Date.now() - begun).toBeLessThan(3_000)
  })

  it('end when the caller ends them, with the reason of the caller', async () => {
    const port = await serve(() => {})
    const ending = new AbortController()
    const sent = open().send({ ...get(`http://127.0.0.1:${port}/`), signal: ending.signal })
    ending.abort(new Error('enough'))
    await expect(sent).rejects.toThrow('enough')
  })
})

describe('the circuit of a server', () => {
  it('opens after five failures in a row, lets one try through after a rest, and closes when that is well', async () => {
    let calls = 0
    let status = 500
    const port = await serve((_, response) => {
      calls++
      response.writeHead(status).end()
    })
    const outgoing = open({ restMs: 150 })
    const request = get(`http://127.0.0.1:${port}/`)
    for (let n = 0; n < 5; n++) expect((await outgoing.send(request)).status).toBe(500)
    await expect(outgoing.send(request)).rejects.toEqual(fault('circuit-open'))
    expect(calls).toBe(5)
    const other = await outgoing.send({ ...request, circuit: 'another' })
    expect(other.status).toBe(500)
    status = 200
    await vi.waitFor(async () => expect((await outgoing.send(request)).status).toBe(200), 5_000)
    expect((await outgoing.send(request)).status).toBe(200)
  })

  it('stays closed while the server answers, even if with a refusal', async () => {
    const port = await serve((_, response) => response.writeHead(404).end())
    const outgoing = open()
    for (let n = 0; n < 8; n++)
      expect((await outgoing.send(get(`http://127.0.0.1:${port}/`))).status).toBe(404)
  })
})

it('names the host in what it says, and nothing else of the address', async () => {
  const outgoing = open()
  const sent = outgoing.send(get('http://127.0.0.2/hook/secret-token?key=secret'))
  const error = await sent.catch((one: unknown) => one)
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret')
  expect(error).toMatchObject({
    text: { en: expect.stringContaining('127.0.0.2'), nl: expect.stringContaining('127.0.0.2') },
  })
})

describe('a check', () => {
  it('ends by its deadline where no answer comes about a name', async () => {
    const outgoing = open({ resolve: () => new Promise(() => {}), checkMs: 20 })
    await expect(outgoing.check('https://hanging.example/')).rejects.toEqual(fault('timeout'))
  })

  it('says the same of a name that is not there and of one that leads inside', async () => {
    const said = async (resolve: OutgoingOptions['resolve'] & {}) =>
      open({ resolve })
        .check('https://some.example/')
        .catch(error => error.text)
    const absent = await said(() => Promise.reject(new Error('ENOTFOUND')))
    expect(absent.en).toContain('some.example')
    expect(await said(async () => ['10.0.0.1'])).toEqual(absent)
  })
})

describe('a stream', () => {
  const never = new AbortController().signal
  const asked = (port: number, more: { signal?: AbortSignal; silenceMs?: number } = {}) =>
    open().open({ url: `http://127.0.0.1:${port}/`, signal: never, silenceMs: 5_000, ...more })

  it('is read as it comes, and ended by who asked', async () => {
    const closed = Promise.withResolvers<void>()
    const port = await serve((request, response) => {
      request.on('close', closed.resolve)
      response.write('one\n')
    })
    const over = new AbortController()
    const { status, body } = await asked(port, { signal: over.signal })
    expect(status).toBe(200)
    const bytes = body[Symbol.asyncIterator]()
    expect(String(Buffer.from((await bytes.next()).value))).toBe('one\n')
    over.abort(new Error('enough'))
    await expect(bytes.next()).rejects.toThrow('enough')
    await closed.promise
  })

  it('ends when nothing comes for too long, or when it does not begin', async () => {
    const port = await serve((_request, response) => void response.write('one\n'))
    const { body } = await asked(port, { silenceMs: 200 })
    const reading = (async () => {
      for await (const _bytes of body);
    })()
    await expect(reading).rejects.toEqual(fault('unreachable'))
    const mute = await serve(() => {})
    const beginning = open().open({
      url: `http://127.0.0.1:${mute}/`,
      signal: never,
      silenceMs: 5_000,
      deadlineMs: 200,
    })
    await expect(beginning).rejects.toEqual(fault('timeout'))
  })

  it('goes only where every call may go', async () => {
    const refused = createOutgoing({ allowed: readAllowed('') })
    closing.push(() => refused.close())
    const asking = refused.open({ url: 'https://127.0.0.1/', signal: never, silenceMs: 1_000 })
    await expect(asking).rejects.toEqual(fault('address-refused'))
  })
})

describe('an authority of one’s own', () => {
  it('is believed where it is named, for the name its certificate has, and nowhere else', async () => {
    const server = createTlsServer(loopbackCertificate, (_request, response) => response.end('ok'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    closing.push(async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    })
    const { port } = server.address() as AddressInfo
    const knowing = open({ authorities: loopbackCertificate.authority })
    expect(await knowing.send(get(`https://127.0.0.1:${port}/`))).toMatchObject({ body: 'ok' })
    await expect(open().send(get(`https://127.0.0.1:${port}/`))).rejects.toEqual(
      fault('unreachable'),
    )
    const elsewhere = open({
      authorities: loopbackCertificate.authority,
      resolve: async () => ['127.0.0.1'],
    })
    await expect(elsewhere.send(get(`https://other.example:${port}/`))).rejects.toEqual(
      fault('unreachable'),
    )
  })
})
