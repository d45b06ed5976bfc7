/** The prefix of everything Kade writes on Kubernetes objects; the platform uses the same. */
const prefix = 'kade.dev/'

/** Annotation of a workload that was rendered without a provider for these needs; it is for reading, not for applying. */
export const unboundAnnotation = `${prefix}unbound`

/** Annotation that says which phase of a revision an object belongs to. */
export const phaseAnnotation = `${prefix}phase`
