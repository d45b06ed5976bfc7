import type { CreateDeployment, DeploymentInput } from '#api/deployments.ts'

/** A deployment as a test uses it: its Service, from inside the cluster's network. */
export type Service = {
  /** `http://<service>.<namespace>.svc.cluster.local:<port>`, of the port that the app is opened by. */
  readonly url: string
  /** The value of a secret that Kade made for a person: the administrator's password, say. */
  reveal(secret: string): Promise<string>
  /** The value of any other of its secrets, which apps that bind to it get. */
  secret(name: string): Promise<string>
}

/** An app of the catalogue that runs on the node, and what shows that it works. */
export type RealApp = {
  /** Its id in the catalogue. */
  readonly app: string
  /** Docker-archives or OCI layouts (tar) with every image that its module names, under exactly those names. */
  archives(): Promise<readonly string[]>
  /** Starts what the app speaks to, before it is deployed; what it answers ends that. */
  begin?(): Promise<() => Promise<void>>
  /** What is asked for beyond the defaults, where `{}` cannot work without a way out. Say why. */
  readonly asked?: Pick<CreateDeployment, 'settings' | 'env' | 'secrets' | 'bindings'>
  /** A change that makes new pods, such as another language: laid over `asked`. */
  readonly change: Pick<DeploymentInput, 'settings' | 'env'>
  /** A limit under which its process is ended while it starts; a container needs about 16Mi to begin at all. */
  readonly tooLittleMemory: string
  /** Uses the app as a person would, and leaves something behind. Rejects when it does not answer as it should. */
  write(service: Service): Promise<void>
  /** Finds what `write` left behind; rejects when it is gone. */
  read(service: Service): Promise<void>
}
