import { annotation, label } from '../../labels.ts'
import { about, type Guard, isDeployer, isPreparer, labelOf, quote } from './guard.ts'

/** Of the ApplySets of kubectl (KEP-3659), on every object of a set. */
const partOfSet = 'applyset.k8s.io/part-of'

const annotationOf = (object: string, name: string) =>
  `${object}.metadata.?annotations[?${quote(name)}].orValue('')`
const number = "'^[0-9]{1,15}$'"

export const revisionFence: Guard = {
  name: 'kade-revision-fence',
  match: [{ apiGroups: ['*'], resources: ['*'], operations: ['UPDATE'], scope: 'Namespaced' }],
  when: `(${isDeployer}) || ${isPreparer}`,
  variables: {
    before: annotationOf('oldObject', annotation.revision),
    after: annotationOf('object', annotation.revision),
    // Data that outlives its deployment begins a new life, which counts from one; the owner fence says when.
    passedOn: `${labelOf('oldObject', label.deployment)} != ${labelOf('object', label.deployment)}`,
  },
  rules: [
    {
      allow: `variables.passedOn || !variables.before.matches(${number}) || (variables.after.matches(${number}) && int(variables.after) >= int(variables.before))`,
      otherwise: `a newer revision was applied already (${annotation.revision} may not go down)`,
    },
  ],
}

/** Of what a module wants kept, among its wishes for the object. */
const keptActions = "'(^|,) *(keep|one-off) *(,|$)'"
const uuid = "'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'"

/**
 * A server-side apply onto an object that somebody else made would silently merge into it; this makes it a refusal. Only an
 * update that names its own operation as the one a person consented to may put an owner on what had none: it sets that
 * annotation anew, and what another deployment, another set or a controller owns is never taken.
 */
export const ownerFence: Guard = {
  name: 'kade-owner-fence',
  match: [{ apiGroups: ['*'], resources: ['*'], operations: ['UPDATE'], scope: 'Namespaced' }],
  when: `(${isDeployer}) || ${isPreparer}`,
  variables: {
    before: labelOf('oldObject', label.deployment),
    after: labelOf('object', label.deployment),
    // What is kept is let go when its deployment is deleted, and taken back by the next of that name.
    keeps: `${about('persistentvolumeclaims')} || ${annotationOf('oldObject', annotation.action)}.matches(${keptActions})`,
    letGo: `variables.keeps && ${labelOf('object', label.data)} == 'keep'`,
    takenBack: `variables.keeps && ${labelOf('oldObject', label.data)} == 'keep'`,
    consent: annotationOf('object', annotation.consent),
    consented: [
      `variables.consent.matches(${uuid})`,
      `variables.consent == ${annotationOf('object', annotation.operation)}`,
      `variables.consent != ${annotationOf('oldObject', annotation.consent)}`,
      `size(oldObject.metadata.?ownerReferences.orValue([])) == 0`,
      `${labelOf('oldObject', partOfSet)} == ''`,
    ].join(' && '),
  },
  rules: [
    {
      allow: `variables.before == variables.after || (variables.after == '' && variables.letGo) || (variables.before == '' && (variables.takenBack || variables.consented))`,
      otherwise: `the object exists and is not of this deployment (${label.deployment} does not change)`,
    },
  ],
}
