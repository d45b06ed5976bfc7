import { describe, expect, it } from 'vitest'
import { catalog } from '#catalog/index.ts'
import { consumerLabel, type NetworkInput, networkPolicy, type Peer } from './network-policy.ts'

type Rule = { ports: { port: number }[]; from?: Selector[]; to?: Selector[] }
type Selector = {
  podSelector?: { matchLabels: Record<string, string> }
  namespaceSelector?: object
  ipBlock?: { cidr: string; except: string[] }
}

const id = '1e4a0000-0000-4000-8000-000000000000'
const other = '2f5b0000-0000-4000-8000-000000000000'

function policyOf(more: Partial<NetworkInput>) {
  const input = {
    deployment: id,
    namespace: 'team-a',
    name: 'chat',
    hasIngress: true,
    environment: {},
    collects: false,
    peers: [],
  }
  const [{ app } = {}] = catalog
  if (!app) throw new Error('the shelf is empty')
  const egress = (more.app ?? app).network.egress
  const { spec } = networkPolicy({ app, egress, ...input, ...more })
  // The shape that `networkPolicy` writes.
  return spec as { podSelector: object; policyTypes: string[]; ingress: Rule[]; egress: Rule[] }
}

describe.each(catalog.map(({ app }) => ({ app })))('the policy of $app.id', ({ app }) => {
  const peers: Peer[] = [
    { type: 'deployment', id: other, namespace: 'team-b', port: 4000 },
    { type: 'address', port: 8443 },
  ]

  it('closes both directions for its own pods, and opens nothing to everyone', () => {
    const { podSelector, policyTypes, ingress, egress } = policyOf({ app, peers })
    expect(podSelector).toEqual({ matchLabels: { 'kade.dev/deployment': id } })
    expect(policyTypes).toEqual(['Ingress', 'Egress'])
    for (const rule of [...ingress, ...egress]) {
      expect(rule.ports.length).toBeGreaterThan(0)
      for (const port of rule.ports) expect(port.port).toBeTypeOf('number')
      const places = rule.from ?? rule.to ?? []
      expect(places.length).toBeGreaterThan(0)
      for (const place of places) expect(JSON.stringify(place)).not.toMatch(/Selector":\{\}/)
    }
  })

  it('means by the internet no private, local or metadata address', () => {
    const blocks = policyOf({ app, peers }).egress.flatMap(rule =>
      (rule.to ?? []).flatMap(place => place.ipBlock ?? []),
    )
    expect(blocks.length).toBeGreaterThan(0)
    for (const { cidr, except } of blocks) {
      expect(cidr).toBe('0.0.0.0/0')
      for (const range of ['10.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'])
        expect(except).toContain(range)
    }
  })

  it('lets jobs of its own talk to it, on its ports alone, where it has any', () => {
    const own = [{ podSelector: { matchLabels: { 'kade.dev/deployment': id } } }]
    const rules = (hasJobs: boolean) => {
      const { ingress, egress } = policyOf({ app, peers, hasJobs })
      return [...ingress.filter(rule => rule.from), ...egress]
    }
    const added = rules(true).filter(
      rule => !rules(false).some(other => JSON.stringify(other) === JSON.stringify(rule)),
    )
    expect(added.map(rule => rule.from ?? rule.to)).toEqual([own, own])
    for (const { ports } of added)
      expect(ports.map(one => one.port)).toEqual(Object.values(app.network.ports))
  })

  it('leads to a bound deployment alone, on its port alone', () => {
    const [rule] = policyOf({ app, peers }).egress
    expect(rule?.ports).toEqual([{ protocol: 'TCP', port: 4000 }])
    expect(rule?.to).toEqual([
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'team-b' } },
        podSelector: { matchLabels: { 'kade.dev/deployment': other } },
      },
    ])
  })

  it('lets in only consumers that the platform has marked, and visitors only where a host leads here', () => {
    const visitors = (hasIngress: boolean) =>
      policyOf({ app, hasIngress }).ingress.filter(rule =>
        JSON.stringify(rule).includes('kade.dev/ingress'),
      )
    expect(visitors(false)).toEqual([])
    expect(visitors(true)).toHaveLength(app.network.expose === null ? 0 : 1)
    const consumers = policyOf({ app, hasIngress: false }).ingress
    expect(consumers).toHaveLength(app.provides.length > 0 ? 1 : 0)
    for (const { from } of consumers)
      expect(from?.[0]?.podSelector?.matchLabels).toEqual({ [consumerLabel(id)]: 'true' })
    const offered = app.provides.flatMap(({ port, also = [] }) => [port, ...also])
    const open = consumers.flatMap(rule => rule.ports.map(({ port }) => port))
    expect(new Set(open)).toEqual(new Set(offered.map(name => app.network.ports[name])))
  })
})
