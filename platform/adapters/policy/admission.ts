import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { label } from '../../labels.ts'
import { policyIds, readPolicyTexts } from './policy-texts.ts'

/**
 * What of the policies can be said in CEL, as ValidatingAdmissionPolicies of a cluster: `policies/<id>/admission.yaml` says the
 * same as the rule beside it, and a test holds both to one verdict over the fixtures. They are the last line, for what reaches a
 * cluster past Kade; who goes through Kade was told before, and of everything at once.
 *
 * They judge prepared namespaces only, and nothing that Kubernetes' own controllers write: a pod that has to be made anew, of a
 * workload that stands, is not refused by a rule that came later.
 */
const Admission = z.strictObject({
  judges: z.enum(['networkpolicies', 'services', 'workloads']),
  variables: z.record(z.string(), z.string()).default({}),
  rules: z.array(
    z.strictObject({
      /** Of texts.yaml. */
      message: z.string(),
      /** True for what passes. */
      allow: z.string(),
    }),
  ),
})
type Admission = z.infer<typeof Admission>

const operations = ['CREATE', 'UPDATE']
const matches: Readonly<Record<Admission['judges'], readonly object[]>> = {
  networkpolicies: [{ apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'] }],
  services: [{ apiGroups: [''], resources: ['services'] }],
  workloads: [
    { apiGroups: [''], resources: ['podtemplates', 'replicationcontrollers'] },
    {
      apiGroups: ['apps'],
      resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
    },
    { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'] },
    // Of a pod that runs already, its node was chosen by the scheduler.
    { apiGroups: [''], resources: ['pods'], operations: ['CREATE'] },
  ],
}

/** For workloads: the pod, wherever they keep it, and its containers of every kind. */
const ofWorkloads = {
  // Unwrapped here: an optional that is kept in a variable reads as empty afterwards (1.36).
  pod: `(${[
    "request.resource.resource == 'pods' ? object.?spec",
    "request.resource.resource == 'podtemplates' ? object.?template.?spec",
    "request.resource.resource == 'cronjobs' ? object.?spec.?jobTemplate.?spec.?template.?spec",
    'object.?spec.?template.?spec',
  ].join(' : ')}).orValue({})`,
  containers:
    'variables.pod.?containers.orValue([]) + variables.pod.?initContainers.orValue([]) + variables.pod.?ephemeralContainers.orValue([])',
}

const byControllers = ['system:kube-controller-manager', 'system:kube-scheduler']
  .map(name => `request.userInfo.username == '${name}'`)
  .concat("request.userInfo.username.startsWith('system:serviceaccount:kube-system:')")
  .join(' || ')

const root = new URL('../../../policies/', import.meta.url)
const api = 'admissionregistration.k8s.io/v1'

/** The admission policies and their bindings, in the order of the policies. Throws where a file is not as it should be. */
export async function admissionObjects(folder = root): Promise<readonly KubernetesObject[]> {
  const texts = await readPolicyTexts(folder)
  const made = policyIds.map(async id => {
    const admission = await readAdmission(folder, id)
    if (!admission) return []
    const title = texts.get(id)?.title.en ?? id
    return [policyObject(id, title, admission), bindingObject(id)]
  })
  return (await Promise.all(made)).flat()
}

/** Of one policy; `null` where nothing of it can be said at admission. */
export async function readAdmission(folder: URL, id: string): Promise<Admission | null> {
  try {
    return Admission.parse(parse(await readFile(new URL(`${id}/admission.yaml`, folder), 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** As `policy` findings name it, so that a refusal leads to the texts. */
const nameOf = (id: string) => `kade-policy-${id}`
const metadata = (id: string) => ({ name: nameOf(id), labels: { [label.managedBy]: 'kade' } })

function policyObject(id: string, title: string, { judges, variables, rules }: Admission) {
  const all = judges === 'workloads' ? { ...ofWorkloads, ...variables } : variables
  return {
    apiVersion: api,
    kind: 'ValidatingAdmissionPolicy',
    metadata: metadata(id),
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        matchPolicy: 'Equivalent',
        resourceRules: matches[judges].map(one => ({
          apiVersions: ['*'],
          operations,
          scope: 'Namespaced',
          ...one,
        })),
      },
      matchConditions: [{ name: 'by-no-controller', expression: `!(${byControllers})` }],
      variables: Object.entries(all).map(([name, expression]) => ({ name, expression })),
      validations: rules.map(({ message, allow }) => ({
        expression: allow.trim(),
        message: `Kade policy ${id}/${message}: ${title}.`,
        reason: 'Forbidden',
      })),
    },
  }
}

function bindingObject(id: string) {
  const prepared = { matchExpressions: [{ key: label.namespace, operator: 'Exists' }] }
  return {
    apiVersion: api,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: metadata(id),
    spec: {
      policyName: nameOf(id),
      validationActions: ['Deny', 'Audit'],
      matchResources: { matchPolicy: 'Equivalent', namespaceSelector: prepared },
    },
  }
}
