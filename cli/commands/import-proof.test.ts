import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { importObjects } from '#kit/import/import-objects.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { residueText, writeImport } from './import-files.ts'
import { prove } from './import-proof.ts'

// What would become code, or end a text, if it were written down carelessly.
const hole = (code: string) => ['$', `{${code}}`].join('')
const hostile = [
  `'};throw 1//`,
  `"\\`,
  `\`${hole('process.exit(9)')}`,
  '*/\r\n\u2028x',
  '__proto__',
  '$$(A) $(B)',
]

const odd: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'odd', annotations: Object.fromEntries(hostile.map(each => [each, each])) },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: {
      metadata: { labels: { a: 'b' } },
      spec: {
        containers: [
          {
            name: 'main',
            image: 'registry.example.org/odd:1',
            command: hostile,
            args: hostile,
            env: hostile.map((value, index) => ({ name: `V${index}`, value })),
            volumeMounts: [{ name: '0-data', mountPath: "/d'`" }],
          },
        ],
        volumes: [{ name: '0-data', persistentVolumeClaim: { claimName: 'odd-0-data' } }],
      },
    },
  },
}
const claim: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'odd-0-data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '7Gi' } } },
}

test('a written module renders hostile texts as they were, and runs none of them', async () => {
  const home = await mkdtemp(join(tmpdir(), 'kade-import-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  const found = importObjects([odd, claim])
  const files = await writeImport(home, found)
  const { lost, proofs } = await prove([odd, claim], found, files)
  expect(lost).toEqual([])
  expect(proofs).toEqual([{ app: 'odd', differences: [], open: [] }])
})

test('a comment of the residue stays one line, whatever it tells', () => {
  const object: KubernetesObject = {
    apiVersion: 'x/v1',
    kind: 'A\r\nkind: B',
    metadata: { name: 'c' },
  }
  const text = residueText(importObjects([object]))
  expect(text.split(/\r|\n/).filter(line => line.startsWith('kind: B'))).toEqual([])
})
