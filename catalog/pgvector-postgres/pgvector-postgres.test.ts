import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests, renderInput } from '../module-tests.ts'
import { pgvectorPostgres } from './pgvector-postgres.ts'
import type { settings } from './settings.ts'

moduleTests(pgvectorPostgres)

const podOf = (options: MkDeploymentOptions<typeof settings, 'data'> = {}) =>
  pgvectorPostgres.mkDeployment(options).deployment.spec.template.spec

const value = (name: string) =>
  podOf()?.containers[0]?.env?.find(each => each.name === name)?.value ?? ''

test('keeps its data on its disk', () => {
  const mounts = podOf()?.containers[0]?.volumeMounts ?? []
  const disk = mounts.find(each => each.name === 'data')?.mountPath
  expect(value('PGDATA').startsWith(`${disk}/`)).toBe(true)
})

test('gives apps a whole connection string for an account that is no administrator', () => {
  expect(pgvectorPostgres.provides).toMatchObject([
    {
      capability: 'postgres',
      secret: 'password',
      connection: { protocol: 'postgresql', user: 'app', database: 'app' },
    },
  ])
  const script = pgvectorPostgres
    .render(renderInput(pgvectorPostgres))
    .flatMap(each =>
      each.kind === 'ConfigMap' && 'data' in each ? [JSON.stringify(each.data)] : [],
    )
    .join()
  expect(script).toContain('create role app login password')
  expect(script).toContain('create database app owner app')
  expect(script).toContain('create extension vector')
  expect(script).not.toMatch(/superuser/i)
  expect(value('POSTGRES_USER')).not.toBe('app')
})

test('is not ready while the first start prepares the disk', () => {
  const { startupProbe, readinessProbe } = podOf()?.containers[0] ?? {}
  for (const probe of [startupProbe, readinessProbe]) {
    expect(probe?.exec?.command).toContain('--host=127.0.0.1')
  }
})

test('writes down no query unless someone asked', () => {
  const args = (config = {}) => podOf({ config })?.containers[0]?.args
  expect(args()).toContain('log_min_duration_statement=-1')
  expect(args({ slowQuerySeconds: 2 })).toContain('log_min_duration_statement=2000')
  expect(args({ longestQuerySeconds: 60 })).toContain('statement_timeout=60000')
})
