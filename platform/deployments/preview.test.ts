import { expect, it } from 'vitest'
import { PlatformError } from '#platform/errors.ts'
import { DeployFailure } from './deploy-failure.ts'
import { whyUnanswered } from './preview.ts'

it('says in both languages why a cluster could not be asked', () => {
  expect(whyUnanswered(new PlatformError('cluster-unreachable', 'No worker answered.'))).toEqual({
    en: 'The cluster does not answer',
    nl: 'Het cluster antwoordt niet',
  })
  const message = { en: 'The namespace is full.', nl: 'De namespace is vol.' }
  const refused = new DeployFailure({ code: 'quota-exceeded', message }, message)
  expect(whyUnanswered(refused)).toEqual(message)
})

it('quotes what a cluster answered instead of a dry run', () => {
  expect(whyUnanswered(new Error('etcdserver: no space'))).toEqual({
    en: 'The cluster says: “etcdserver: no space”',
    nl: 'Het cluster zegt: “etcdserver: no space”',
  })
})
