import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Manifest } from '#platform/adapters/kubernetes/embedded/simulation.ts'
import { network, runDirectory } from './machine.ts'

const CLASS = 'local'
const VOLUMES = 24
/** More than any app of the shelf asks for; a directory does not keep anyone to it. */
const CAPACITY = '1Ti'

/**
 * A default storage class and volumes that lie ready for it: directories of the node, taken one by one. Unlike hostPath,
 * a local volume is given to the group of the pod (`fsGroup`), as a disk of a cloud is.
 */
export async function localStorage(): Promise<Manifest[]> {
  const root = path.join(runDirectory(), 'volumes')
  const numbers = Array.from({ length: VOLUMES }, (_, index) => index + 1)
  for (const number of numbers) {
    await mkdir(path.join(root, String(number)), { recursive: true, mode: 0o755 })
  }
  return [storageClass, ...numbers.map(number => volume(number, path.join(root, String(number))))]
}

const storageClass: Manifest = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: CLASS,
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
}

function volume(number: number, directory: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `local-${number}` },
    spec: {
      capacity: { storage: CAPACITY },
      accessModes: ['ReadWriteOnce', 'ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: CLASS,
      local: { path: directory },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'kubernetes.io/hostname', operator: 'In', values: [network.nodeName] },
              ],
            },
          ],
        },
      },
    },
  }
}
