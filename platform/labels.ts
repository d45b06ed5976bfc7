/** The one prefix of everything Kade writes on Kubernetes objects. */
export const prefix = 'kade.dev/'

export const label = {
  /** On namespaces that Kade prepared: the guard policies let the preparer touch no other. */
  namespace: `${prefix}namespace`,
  /** Deployment id, on every object of a deployment. */
  deployment: `${prefix}deployment`,
  team: `${prefix}team`,
  environment: `${prefix}environment`,
  /** `keep` on claims, and on what its module wants kept, that outlive their deployment. */
  data: `${prefix}data`,
  /** Beside it: the id of the deployment that was the last to have it. */
  keptOf: `${prefix}kept-of`,
  managedBy: 'app.kubernetes.io/managed-by',
  instance: 'app.kubernetes.io/instance',
  name: 'app.kubernetes.io/name',
  partOf: 'app.kubernetes.io/part-of',
} as const

export const annotation = {
  /** Number; admission refuses an update that lowers it. */
  revision: `${prefix}revision`,
  operation: `${prefix}operation`,
  /** The operation that took the object over from somebody else, with the consent of a person. */
  consent: `${prefix}consent`,
  moduleDigest: `${prefix}module-digest`,
  /** Digest of the object as rendered: an object whose digest did not change is not applied again. */
  objectDigest: `${prefix}object-digest`,
  /** On an Event: which one of Kade it tells. */
  event: `${prefix}event`,
  restartedAt: `${prefix}restarted-at`,
  /** Wishes of a module about one object: `force`, `one-off`, `keep`, `no-wait`, separated by commas. */
  action: `${prefix}action`,
  /** The phase of a revision that an object belongs to: `pre`, `test` or `post`; without it, `main`. */
  phase: `${prefix}phase`,
} as const

export const fieldManager = 'kade'
export const systemNamespace = 'kade-system'
export const deployerAccount = 'kade-deployer'
