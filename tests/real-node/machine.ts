import path from 'node:path'

/** Where the parts of the node are, in the network namespace of the run (tools/test/first-process.sh writes the first). */
export const network = {
  nodeName: 'real-node',
  nodeAddress: '10.0.0.2',
  pods: '10.244.0.0/24',
  services: '10.96.0.0/16',
  /** The API server as pods see it: the first of the services' range. */
  kubernetes: '10.96.0.1',
  dns: '10.96.0.10',
} as const

/** The directory of this run. Throws outside of the namespaces, where a node would write into the machine itself. */
export function runDirectory(): string {
  const directory = process.env.KADE_REAL_NODE
  if (directory) return directory
  throw new Error(
    'A real node lives in namespaces of its own: start it with `npm run test:real-node`.',
  )
}

/** The control group that all pods of this run are in, under the root of each hierarchy. */
export function controlGroup(): string {
  return path.basename(runDirectory())
}
