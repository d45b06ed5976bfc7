import { expect, it } from 'vitest'
import { type DeploymentState, initialState } from './deployment.ts'
import { etagOf, holdTo } from './etag.ts'

const first = '1e4a0000-0000-4000-8000-000000000000'
const second = '2f5b0000-0000-4000-8000-000000000000'
const revision: DeploymentState['revisions'][number] = {
  number: 1,
  version: '1.0.0',
  settings: '',
  objects: '',
  bindings: {},
  env: {},
  replicas: 1,
  ingress: null,
  secretVersion: 0,
  images: [],
  result: 'succeeded',
}
const state: DeploymentState = { ...initialState, revisions: [revision], lastOperation: first }

it.each([undefined, '*', etagOf(1, first), etagOf(1, first).replaceAll('"', '')])(
  'lets %s through',
  ifMatch => {
    expect(() => holdTo(ifMatch, state)).not.toThrow()
  },
)

it.each([
  ['an older revision', etagOf(0, first)],
  ['the same revision before a delete was asked for', etagOf(1, second)],
  ['something that is no etag of ours', 'anything'],
  ['several etags', `${etagOf(1, first)}, ${etagOf(1, second)}`],
  ['an empty one', '""'],
  ['a revision without its operation', '"1-"'],
])('calls %s stale', (_, ifMatch) => {
  expect(() => holdTo(ifMatch, state)).toThrow(/since you looked/)
})
