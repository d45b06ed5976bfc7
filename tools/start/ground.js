/** What this machine must be for Kade to start on it; each failure says what to do instead. */

export class Unsuitable extends Error {}

/** @param machine `{ platform, node, glibc, env }`; `glibc` undefined where there is another C library. */
export function checkMachine(machine = thisMachine()) {
  const { platform, node, glibc, env } = machine
  if (Number(node.split('.')[0]) < 20) {
    throw new Unsuitable(`Kade needs Node 20 or newer to begin; this is ${node}. See nodejs.org.`)
  }
  if (platform !== 'linux' && !env.KADE_KUBECONFIG) throw new Unsuitable(elsewhere(platform))
  if (platform === 'linux' && !glibc && !env.KADE_DATABASE_URL) {
    throw new Unsuitable(
      'The embedded PostgreSQL needs glibc, which this Linux does not have (Alpine?). Set KADE_DATABASE_URL to a PostgreSQL of your own.',
    )
  }
}

function thisMachine() {
  return {
    platform: process.platform,
    node: process.versions.node,
    glibc: process.report?.getReport().header.glibcVersionRuntime,
    env: process.env,
  }
}

function elsewhere(platform) {
  return `Kade can start clusters of its own on Linux only, and this is ${platform}. Give it one instead, for instance with kind:

  kind create cluster --name kade
  kind get kubeconfig --name kade > kade-kubeconfig.yaml
  KADE_KUBECONFIG=$PWD/kade-kubeconfig.yaml npm start`
}
