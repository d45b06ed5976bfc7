import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Daemon, startDaemon, until } from './daemon.ts'
import { network, runDirectory } from './machine.ts'

const run = promisify(execFile)
const SOCKET = '/run/containerd/containerd.sock'
/** Where Debian's package has them, and where everybody else does. */
const CNI_PROGRAMS = ['/usr/lib/cni', '/opt/cni/bin']
/** Several gigabytes from a slow disk. */
const IMPORT_MS = 10 * 60_000

export type ContainerRuntime = Daemon & {
  readonly endpoint: string
  /** Takes in a docker-archive or an OCI layout in a tar file; answers nothing, for its names are in the archive. */
  importImage(archive: string): Promise<void>
}

/** containerd with runc and Debian's CNI plugins, and `sandboxImage` for the first container of each pod. */
export async function startContainerRuntime(
  tools: string,
  sandboxImage: string,
): Promise<ContainerRuntime> {
  const directory = path.join(runDirectory(), 'containerd')
  const cni = path.join(directory, 'cni')
  await mkdir(cni, { recursive: true })
  await writeFile(path.join(cni, '10-pods.conflist'), JSON.stringify(wires))
  const config = path.join(directory, 'config.toml')
  await writeFile(config, configuration({ directory, tools, cni, sandboxImage }))
  const daemon = await startDaemon('containerd', path.join(tools, 'containerd'), [
    '--config',
    config,
  ])
  const ctr = (args: readonly string[]) =>
    run(path.join(tools, 'ctr'), ['--address', SOCKET, '--namespace', 'k8s.io', ...args], {
      timeout: IMPORT_MS,
    })
  await until('containerd answers', 30, () => ctr(['version']).then(() => true), [daemon])
  return {
    ...daemon,
    endpoint: `unix://${SOCKET}`,
    importImage: async archive => {
      await ctr(['images', 'import', '--local', archive])
    },
  }
}

/** Every pod at the end of a wire of its own: what pods say to each other is routed, and so is judged and redirected. */
const wires = {
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'ptp',
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: network.pods }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
}

/**
 * Without `restrict_oom_score_adj` a containerd that lacks CAP_SYS_RESOURCE starts no container. runc and its shim are
 * ours, not those of the machine.
 */
function configuration(given: {
  directory: string
  tools: string
  cni: string
  sandboxImage: string
}): string {
  const text = (value: string) => JSON.stringify(value)
  const program = (name: string) => text(path.join(given.tools, name))
  const runtime = `plugins."io.containerd.cri.v1.runtime"`
  return `version = 3
root = ${text(path.join(given.directory, 'root'))}
state = "/run/containerd"

[grpc]
address = ${text(SOCKET)}

[${runtime}]
restrict_oom_score_adj = true
[${runtime}.cni]
bin_dirs = ${JSON.stringify(CNI_PROGRAMS)}
conf_dir = ${text(given.cni)}
[${runtime}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
runtime_path = ${program('containerd-shim-runc-v2')}
[${runtime}.containerd.runtimes.runc.options]
BinaryName = ${program('runc')}
SystemdCgroup = false

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = ${text(given.sandboxImage)}
`
}
