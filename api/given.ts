import type { DeploymentInput, Desired } from './deployments.ts'

type Given = Pick<DeploymentInput, 'settings' | 'env' | 'replicas' | 'resources'>

/**
 * What its people gave a deployment themselves, to say again in an update: what its environment and its app filled in is left out,
 * so that these may fill it in anew. Where nobody recorded who gave what, everything counts as given.
 */
export function givenIn({ settings, env = {}, replicas, resources, origins }: Desired): Given {
  const isGiven = (pointer: string) => origins === undefined || origins[pointer] === 'you'
  const under = <T>(place: string, values: Readonly<Record<string, T>>) =>
    Object.fromEntries(
      Object.entries(values).filter(([name]) => isGiven(`${place}/${escaped(name)}`)),
    )
  const requests = under('/resources/requests', resources?.requests ?? {})
  const limits = under('/resources/limits', resources?.limits ?? {})
  const asked = {
    ...(Object.keys(requests).length > 0 ? { requests } : {}),
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
  }
  const variables = under('/env', env)
  return {
    settings: under('/settings', settings),
    ...(Object.keys(variables).length > 0 ? { env: variables } : {}),
    ...(isGiven('/replicas') ? { replicas } : {}),
    ...(Object.keys(asked).length > 0 ? { resources: asked } : {}),
  }
}

/** RFC 6901, section 3. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
