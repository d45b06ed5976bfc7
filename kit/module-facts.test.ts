import { expect, test } from 'vitest'
import { catalog } from '#catalog/index.ts'
import { moduleFacts } from './module-facts.ts'

const factsOf = (id: string) => {
  const app = catalog.find(each => each.app.id === id)?.app
  if (!app) throw new Error(`the shelf has no ${id}`)
  return moduleFacts(app)
}

test('reads off the objects whether an app runs on a GPU', () => {
  expect(factsOf('qdrant').gpu).toBe('none')
  expect(factsOf('ollama').gpu).toBe('optional')
})

test('says required when no setting does without', () => {
  const ollama = catalog.find(each => each.app.id === 'ollama')?.app
  if (!ollama) throw new Error('the shelf has no ollama')
  const render: typeof ollama.render = input =>
    ollama.render({ ...input, settings: { ...input.settings, gpus: 1 } })
  expect(moduleFacts({ ...ollama, render }).gpu).toBe('required')
})

test('finds every app of the shelf at the level its relaxations allow', () => {
  for (const { app } of catalog) {
    const opened = app.relaxations.some(({ what }) => /runAsRoot|capabilities/.test(what))
    if (!opened) expect(moduleFacts(app).podSecurity, app.id).toBe('restricted')
  }
})
