import { describe, expect, it } from 'vitest'
import { type BeforeBound, resolveAddress } from './bound-address.ts'

const nothing: BeforeBound = { binding: undefined, key: undefined }
const server = 'postgresql://ada@db.example.org/app'

function resolve(url: string, more: { secret?: string; before?: BeforeBound; as?: string } = {}) {
  const { secret, before = nothing, as = 'postgres' } = more
  return resolveAddress({ url, ...(secret === undefined ? {} : { secret }) }, as, 'db.key', before)
}

function refusal(url: string, as?: string): string {
  const resolved = resolve(url, as === undefined ? {} : { as })
  return 'violation' in resolved ? resolved.violation.en : 'taken'
}

function keyOf(...given: Parameters<typeof resolve>): string | undefined {
  const resolved = resolve(...given)
  return 'key' in resolved ? resolved.key : undefined
}

describe('the address of a database', () => {
  it('becomes a whole connection string, with the password escaped and out of sight', () => {
    const resolved = resolve(`${server}?sslmode=require`, { secret: 'p@ss/word:#1' })
    expect(resolved).toEqual({
      bound: { url: `${server}?sslmode=require`, key: { secretKey: 'db.key' } },
      peers: [{ type: 'address', port: 5432 }],
      key: 'postgresql://ada:p%40ss%2Fword%3A%231@db.example.org/app?sslmode=require',
      kept: { url: `${server}?sslmode=require` },
    })
  })

  it.each([
    [
      'postgres',
      'postgres://ada@db.example.org:6432/app',
      'postgresql://ada:pw@db.example.org:6432/app',
      6432,
    ],
    ['redis', 'rediss://cache.example.org', 'rediss://:pw@cache.example.org', 6379],
    [
      'mongodb',
      'mongodb://ada@docs.example.org/app',
      'mongodb://ada:pw@docs.example.org/app',
      27_017,
    ],
  ])('of %s is written as its clients know it, on its port', (as, url, key, port) => {
    expect(resolve(url, { as, secret: 'pw' })).toMatchObject({
      key,
      peers: [{ type: 'address', port }],
    })
  })

  it('goes without a key where nobody gave a password', () => {
    expect(resolve('redis://cache.example.org', { as: 'redis' })).toEqual({
      bound: { url: 'redis://cache.example.org' },
      peers: [{ type: 'address', port: 6379 }],
      kept: { url: 'redis://cache.example.org' },
    })
  })

  it.each([
    ['another protocol', 'https://db.example.org', /begins with postgresql:\/\/ or postgres:\/\//],
    ['a protocol of another database', 'redis://db.example.org', /begins with postgresql/],
    ['a password in sight', 'postgresql://ada:canary@db.example.org/app', /holds no password/],
    ['a secret among its parameters', `${server}?password=canary`, /shown to everyone/],
    ['another server among its parameters', `${server}?host=10.0.0.1`, /leave out host/],
    ['another user among its parameters', `${server}?USER=root`, /leave out USER/],
    ['a private address', 'postgresql://ada@10.0.0.1/app', /may call the internet/],
    ['a private address in disguise', 'postgresql://ada@0x0a.1/app', /may call the internet/],
    ['several servers', 'postgresql://a.example.org,10.0.0.1/app', /may call the internet/],
    ['a name inside the cluster', 'postgresql://db.team-b.svc/app', /may call the internet/],
    ['no server', 'postgresql:///app', /may call the internet/],
  ])('is refused with %s, without repeating a secret', (_, url, why) => {
    expect(refusal(url)).toMatch(why)
    expect(refusal(url)).not.toContain('canary')
  })
})

describe('the password from before', () => {
  const key = 'postgresql://ada:c%40nary@db.example.org/app'
  const before = { binding: { url: server }, key }

  it('stays with the same user of the same server, also for another database', () => {
    expect(keyOf(server, { before })).toBe(key)
    expect(keyOf('postgres://ada@db.example.org/other', { before })).toBe(
      'postgresql://ada:c%40nary@db.example.org/other',
    )
  })

  it.each([
    ['another server', 'postgresql://ada@elsewhere.example.org/app', before],
    ['another port', 'postgresql://ada@db.example.org:6432/app', before],
    ['another user', 'postgresql://eve@db.example.org/app', before],
    ['a server where a deployment was bound', server, { binding: 'team-a/db', key }],
    ['a server where nothing was bound', server, { binding: undefined, key }],
  ])('is never handed to %s', (_, url, was) => {
    expect(keyOf(url, { before: was })).toBeUndefined()
  })

  it('gives way to one that is given', () => {
    expect(keyOf(server, { before, secret: 'new' })).toBe('postgresql://ada:new@db.example.org/app')
  })
})

it('is only of a database: what is called over HTTP has neither user nor connection string', () => {
  expect(refusal(server, 'openai-api')).toMatch(/begins with https:\/\/ or http:\/\//)
  expect(refusal('https://ada@llm.example.org', 'openai-api')).toMatch(/holds no password/)
  expect(keyOf('https://llm.example.org/v1', { as: 'openai-api', secret: 'sk-1' })).toBe('sk-1')
})
