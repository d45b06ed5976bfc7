import type { KubernetesObject } from '../kubernetes-object.ts'
import type { ModuleFinding } from '../module-error.ts'
import { at, fields, list } from './read.ts'
import { containers, type Workload, workloads } from './workloads.ts'

/** Openings that the app's page shows with a reason; the linter lets those pass. */
export type Relaxed = ReadonlySet<string>

type Demand = {
  readonly path: readonly string[]
  readonly wanted: unknown
  readonly relaxedBy?: string
}

const podDemands: readonly Demand[] = [
  { path: ['securityContext', 'runAsNonRoot'], wanted: true, relaxedBy: 'runAsRoot' },
  { path: ['securityContext', 'seccompProfile', 'type'], wanted: 'RuntimeDefault' },
  { path: ['automountServiceAccountToken'], wanted: false, relaxedBy: 'serviceAccountToken' },
  { path: ['enableServiceLinks'], wanted: false },
]
const containerDemands: readonly Demand[] = [
  { path: ['securityContext', 'allowPrivilegeEscalation'], wanted: false },
  {
    path: ['securityContext', 'readOnlyRootFilesystem'],
    wanted: true,
    relaxedBy: 'writableRootFilesystem',
  },
]
const forbiddenPod = ['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers'] as const

function demandFindings(
  value: unknown,
  where: string,
  demands: readonly Demand[],
  relaxed: Relaxed,
) {
  return demands
    .filter(({ relaxedBy }) => relaxedBy === undefined || !relaxed.has(relaxedBy))
    .filter(({ path, wanted }) => at(value, ...path) !== wanted)
    .map(({ path, wanted, relaxedBy }) => ({
      rule: 'restricted',
      pointer: `${where}/${path.join('/')}`,
      detail: `must be ${JSON.stringify(wanted)}${relaxedBy ? `, or relax ${relaxedBy} with a reason` : ''}`,
    }))
}

function podFindings({ template, where }: Workload, relaxed: Relaxed): readonly ModuleFinding[] {
  const spec = fields(template.spec)
  const place = `${where}/spec`
  const user = at(spec, 'securityContext', 'runAsUser')
  return [
    ...demandFindings(spec, place, podDemands, relaxed),
    ...(user === 0 && !relaxed.has('runAsRoot')
      ? [
          {
            rule: 'restricted',
            pointer: `${place}/securityContext/runAsUser`,
            detail: 'must not be root',
          },
        ]
      : []),
    ...forbiddenPod
      .filter(key => spec[key] !== undefined && spec[key] !== false)
      .map(key => ({ rule: 'restricted', pointer: `${place}/${key}`, detail: 'must be absent' })),
    ...list(spec.volumes).flatMap((volume, index) =>
      fields(volume).hostPath === undefined
        ? []
        : [
            {
              rule: 'restricted',
              pointer: `${place}/volumes/${index}`,
              detail: 'a hostPath is never allowed',
            },
          ],
    ),
  ]
}

/** Pod Security `restricted`, a read-only root, and no token. */
export function lintSecurity(
  objects: readonly KubernetesObject[],
  relaxed: Relaxed,
): readonly ModuleFinding[] {
  return workloads(objects).flatMap(workload => [
    ...podFindings(workload, relaxed),
    ...containers(workload).flatMap(({ container, where }) => [
      ...demandFindings(container, where, containerDemands, relaxed),
      ...(list(at(container, 'securityContext', 'capabilities', 'drop')).includes('ALL')
        ? []
        : [
            {
              rule: 'restricted',
              pointer: `${where}/securityContext/capabilities/drop`,
              detail: 'must hold ALL',
            },
          ]),
      ...(at(container, 'securityContext', 'privileged') === true
        ? [
            {
              rule: 'restricted',
              pointer: `${where}/securityContext/privileged`,
              detail: 'must be absent',
            },
          ]
        : []),
    ]),
  ])
}
