import { z } from 'zod'
import type { App, SecretRef } from '../app.ts'
import { defineApp } from '../define-app.ts'
import { provided } from '../secrets.ts'
import type { Draft, DraftValue } from './draft.ts'

type Refs = Readonly<Record<string, SecretRef>>

function environment(env: Readonly<Record<string, DraftValue>>, secrets: Refs) {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : secrets[value.secret],
    ]),
  )
}

/** The app that the written module will be, without its overlay. */
export function buildDraft(draft: Draft, secretNames: readonly string[]): App {
  const { id, version, sidecars, env, expose, ...rest } = draft
  const title = { en: id, nl: id }
  return defineApp({
    ...rest,
    info: { id, name: id, version, category: 'imported', description: title },
    ...(expose !== undefined && { expose }),
    settings: z.strictObject({}),
    secrets: Object.fromEntries(secretNames.map(name => [name, provided({ title })])),
    env: ({ secrets }) => environment(env, secrets),
    sidecars: Object.fromEntries(
      Object.entries(sidecars).map(([name, sidecar]) => [
        name,
        { ...sidecar, env: ({ secrets }: { secrets: Refs }) => environment(sidecar.env, secrets) },
      ]),
    ),
  })
}
