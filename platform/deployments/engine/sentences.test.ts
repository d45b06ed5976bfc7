import { expect, it } from 'vitest'
import { clusterSays } from '#platform/cluster-says.ts'
import { asSimulated, followedBy, sentences } from './sentences.ts'

it('says in Dutch what it says in English, with the same names and numbers', () => {
  expect(sentences.podsReady(2, 3)).toEqual({
    en: '2 of 3 pods ready',
    nl: '2 van 3 pods gereed',
  })
  expect(sentences.oldPodsLeft(1).nl).toBe('1 oude pod staat er nog')
  expect(sentences.oldPodsLeft(2).nl).toBe('2 oude pods staan er nog')
  expect(sentences.podNotReady('Running').nl).toBe('De pod draait en is nog niet gereed')
  expect(sentences.podNotReady('Odd').nl).toBe('De pod staat op Odd en is nog niet gereed')
})

it('quotes a cluster in its own words in both languages', () => {
  expect(followedBy(sentences.podFailed(), clusterSays('low on memory'))).toEqual({
    en: 'The pod failed. The cluster says: “low on memory”',
    nl: 'De pod is mislukt. Het cluster zegt: “low on memory”',
  })
  expect(followedBy(sentences.podFailed(), undefined)).toEqual(sentences.podFailed())
})

it('marks what comes from simulated nodes in both languages', () => {
  expect(asSimulated(sentences.ready())).toEqual({
    en: 'Ready (simulated)',
    nl: 'Gereed (gesimuleerd)',
  })
})
