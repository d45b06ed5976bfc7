import type { Finding } from '#api/findings.ts'
import type { PolicyEngine } from '#platform/adapters/policy/policy-engine.ts'
import { policyInput } from '#platform/governance/policy-input.ts'
import type { Order } from './worker-hub.ts'

type Apply = Extract<Order['step'], { type: 'apply' }>

/** What stands in the way of applying. An exception lets pass only what these very policies say. */
export function denialOf(
  policy: Pick<PolicyEngine, 'bundle' | 'evaluate'>,
  { question, excepted }: Pick<Apply, 'question' | 'excepted'>,
): Finding | undefined {
  const passed = excepted?.bundle === policy.bundle ? excepted.policies : []
  return policy
    .evaluate(policyInput(question))
    .find(one => one.severity === 'deny' && !passed.includes(one.policy))
}
