import { expect, test } from 'vitest'
import { isImmutable } from '#platform/deployments/engine/failures.ts'
import { errorOf, secretValues } from './status.ts'

const statusBody = (message: string, more: object = {}) =>
  JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    code: 422,
    reason: 'Invalid',
    message,
    ...more,
  })
const value = 'p4ss-phrase "of the" quay'
const base64 = Buffer.from(value).toString('base64')
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }

test('an error says the server’s code, reason, kind and causes', () => {
  const error = errorOf(
    409,
    statusBody('no', {
      code: 409,
      reason: 'Conflict',
      details: { kind: 'configmaps', causes: [{ field: '.data.a' }], retryAfterSeconds: 3 },
    }),
  )
  expect(error).toMatchObject({
    code: 409,
    reason: 'Conflict',
    kind: 'configmaps',
    causes: [{ field: '.data.a' }],
    retryAfter: 3,
  })
})

test('an answer that is no Status keeps its HTTP code, and its page is cut short', () => {
  const error = errorOf(502, `<html>${'x'.repeat(5_000)}`)
  expect(error.code).toBe(502)
  expect(error.message.length).toBeLessThanOrEqual(300)
  expect(errorOf(500, '').message).toBe('HTTP 500')
})

test.each([
  ['plainly', value],
  ['in base64', base64],
  ['inside JSON', JSON.stringify(value)],
])('a value of a Secret that the server echoes %s is cut out', (_, echoed) => {
  for (const body of [
    { ...secret, data: { key: base64 } },
    { ...secret, stringData: { key: value } },
    [{ op: 'replace', path: '/data/key', value: base64 }],
  ]) {
    const hidden = secretValues(body, '/api/v1/namespaces/quay/secrets/a')
    const message = statusBody(`cannot take ${echoed} here`, {
      details: { causes: [{ message: `because of ${echoed}` }] },
    })
    const error = errorOf(422, message, { hidden })
    expect(`${error.message} ${JSON.stringify(error.causes)}`).not.toContain('p4ss')
    expect(`${error.message} ${JSON.stringify(error.causes)}`).not.toContain(base64)
    expect(error.message).toContain('cannot take')
  }
})

test('a value that the server shows shortened is cut out as well', () => {
  const hidden = secretValues({ ...secret, data: { key: base64 } }, '/x')
  for (const text of [
    'data[key]: Invalid value: "p4ss-phrase \\"of...": too long',
    '.data.key: expected string, got &value.valueUnstructured{Value:map[a:p4ss]}',
  ]) {
    expect(errorOf(422, statusBody(text), { hidden }).message).not.toContain('p4ss')
  }
})

test('messages about other kinds stay whole', () => {
  const hidden = secretValues({ kind: 'Deployment' }, '/apis/apps/v1/namespaces/a/deployments/b')
  expect(hidden).toBeNull()
  const text = 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'
  expect(errorOf(422, statusBody(text), { hidden }).message).toBe(text)
})

test('a long message keeps its end, which says what is wrong', () => {
  const text = `spec.template: Invalid value: ${'x'.repeat(9_000)}: field is immutable`
  const causes = [{ message: text }]
  const error = errorOf(422, statusBody(text, { details: { causes } }))
  expect(isImmutable(error)).toBe(true)
  expect(error.message).toMatch(/^spec.template: .*\[cut\].*: field is immutable$/)
  expect(error.message).toHaveLength(4_000)
  expect(error.causes).toEqual([{ message: error.message }])
})

test('an apply that does not fit its kind is a mistake of the caller, whatever the server calls it', () => {
  const text = 'failed to create typed patch object (a/b; /v1, Kind=ConfigMap): .x: not declared'
  const body = JSON.stringify({ kind: 'Status', code: 500, message: text })
  expect(errorOf(500, body)).toMatchObject({ code: 422, reason: 'Invalid' })
})
