/**
 * What a real node is made of, as a set beside that of the control plane: `node tools/test-tools/node-tools.js` builds it.
 *
 * The kubelet and kube-proxy are pinned where the API server is: they are of its release by construction, and most of what
 * they are made of lies compiled in Go's cache when the control plane was built.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { getBinaries } from '../control-plane/get-binaries.js'

const containers = path.dirname(fileURLToPath(import.meta.url))
const kubernetes = path.join(containers, '..', 'control-plane')
/** Mains of our own: small programs, and large ones with the parts that a node needs. */
const own = ['coredns', 'harbour', 'kube-router', 'pause']

/** Any change of a version or of our own source is another release. */
function release() {
  const hash = createHash('sha256')
  for (const module of [kubernetes, containers]) {
    for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(path.join(module, file)))
  }
  for (const name of own) hash.update(readFileSync(path.join(containers, name, 'main.go')))
  return hash.digest('hex').slice(0, 16)
}

/** See node-tools.d.ts. */
export const nodeTools = {
  name: 'node-tools',
  title: 'the programs of a real node',
  release: release(),
  versions: {
    kubernetes: 'v1.36.3',
    containerd: 'v2.4.2',
    runc: 'v1.5.3',
    coredns: 'v1.15.0',
    kubeRouter: 'v2.1.0',
  },
  binaries: [
    'containerd',
    'containerd-shim-runc-v2',
    'coredns',
    'ctr',
    'harbour',
    'kube-proxy',
    'kube-router',
    'kubelet',
    'pause',
    'runc',
  ],
  builds: [
    {
      module: kubernetes,
      packages: ['k8s.io/kubernetes/cmd/kube-proxy', 'k8s.io/kubernetes/cmd/kubelet'],
    },
    {
      module: containers,
      packages: [
        'github.com/containerd/containerd/v2/cmd/containerd',
        'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
        'github.com/containerd/containerd/v2/cmd/ctr',
        ...own.map(name => `kade.dev/tools/test-tools/${name}`),
      ],
      tags: 'no_btrfs,no_devmapper,no_tracing,no_zfs',
    },
    // Enters namespaces in C before Go begins, and reads seccomp profiles through libseccomp.
    {
      module: containers,
      packages: ['github.com/opencontainers/runc'],
      cgo: true,
      tags: 'seccomp',
    },
  ],
  renamed: {},
  duration: 'about six minutes on two idle cores, once, after the control plane',
}

/** See node-tools.d.ts. */
export function getNodeTools(options = {}) {
  return getBinaries({ ...options, set: nodeTools })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`Programs: ${await getNodeTools({ report: line => console.log(line) })}`)
}
