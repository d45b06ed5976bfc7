import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { CreateComposition } from '#api/compositions.ts'
import { check } from '#kit/check.ts'
import { renderInput } from '#kit/render-input.ts'
import { backend } from './backend/backend.ts'
import { betrace } from './betrace.ts'
import { bff } from './bff/bff.ts'
import { worker } from './worker/worker.ts'

const envOf = (name: 'bff' | 'worker' | 'backend') =>
  betrace.objects[name].deployment.spec.template.spec?.containers[0]?.env

describe('BeTrace', () => {
  it('puts the backend before those that need it, and leaves nothing open', () => {
    expect(betrace.order).toEqual(['backend', 'bff', 'worker'])
    expect(betrace.bindings).toEqual({
      bff: { backend: 'backend' },
      worker: { backend: 'backend' },
      backend: {},
    })
    expect(betrace.open).toEqual([])
  })

  it('runs three web servers in production, with the database only as a reference', () => {
    const { deployment } = betrace.objects.bff
    expect(deployment.metadata.namespace).toBe('production')
    expect(deployment.spec.replicas).toBe(3)
    expect(envOf('bff')).toContainEqual({
      name: 'DATABASE_URL',
      valueFrom: { secretKeyRef: { name: 'bff-secrets', key: 'databaseUrl' } },
    })
  })

  it.each(['bff', 'worker'] as const)('leads its %s to the backend', name => {
    const value = 'http://backend.production.svc:8080/api'
    expect(envOf(name)).toContainEqual({ name: 'BACKEND_URL', value })
  })

  it.each([bff, worker, backend])('renders sound objects of $id', app => {
    expect(check(app.render(renderInput(app)), [])).toEqual([])
  })

  it('renders as it did before', async () => {
    const objects = betrace.order.flatMap(name => Object.values(betrace.objects[name]))
    const text = objects
      .map(each => stringify(each, { aliasDuplicateObjects: false }))
      .join('---\n')
    await expect(text).toMatchFileSnapshot('golden.yaml')
  })

  it('is the same in its file', () => {
    const file = parse(readFileSync(new URL('betrace.yaml', import.meta.url), 'utf8'))
    const { namespace, members } = CreateComposition.parse(file)
    expect(members.map(({ name, app, replicas = 1 }) => [namespace, name, app, replicas])).toEqual(
      (
        [
          ['bff', bff],
          ['worker', worker],
          ['backend', backend],
        ] as const
      ).map(([name, app]) => {
        const { metadata, spec } = betrace.objects[name].deployment
        return [metadata.namespace, name, app.id, spec.replicas]
      }),
    )
  })
})
