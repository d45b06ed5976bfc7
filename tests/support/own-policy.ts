import type { Finding } from '#api/findings.ts'
import type { PolicyEngine } from '#platform/adapters/policy/policy-engine.ts'

/** What a policy of an organisation's own says: one replica in a namespace whose name begins with `strict`. */
const alone: Finding = {
  policy: 'own-replicas',
  severity: 'deny',
  title: { en: 'One replica', nl: 'Eén exemplaar' },
  message: { en: 'There may be one replica.', nl: 'Er mag één exemplaar zijn.' },
  why: { en: 'Licences are counted.', nl: 'Licenties worden geteld.' },
  path: '/replicas',
  fix: null,
  approver: 'security',
}

/** The policies of Kade, and beside them one to which exceptions are possible. `bundle` can be set: then the policies are others. */
export function withOwnPolicy(engine: PolicyEngine): PolicyEngine & { bundle: string } {
  return {
    bundle: engine.bundle,
    evaluate(input) {
      const { namespace, replicas } = input.request
      const found = namespace.startsWith('strict') && (replicas ?? 1) !== 1 ? [alone] : []
      return [...found, ...engine.evaluate(input)]
    },
    close: () => engine.close(),
  }
}
