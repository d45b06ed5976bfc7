import { expect, it } from 'vitest'
import { licenceVerdict } from './licence.ts'

it('knows which licences the Open Source Initiative approved', () => {
  for (const one of ['MIT', 'AGPL-3.0-or-later', 'EUPL-1.2', 'Apache-2.0 WITH LLVM-exception'])
    expect(licenceVerdict(one), one).toEqual({ approved: 'all', unlisted: [] })
  expect(licenceVerdict('(MIT AND Apache-2.0)').approved).toBe('all')
  expect(licenceVerdict('SSPL-1.0')).toEqual({ approved: 'none', unlisted: [] })
})

it('lets OR be chosen from, and asks AND of both', () => {
  expect(licenceVerdict('SSPL-1.0 OR MIT').approved).toBe('all')
  expect(licenceVerdict('SSPL-1.0 AND MIT').approved).toBe('some')
  expect(licenceVerdict('MIT OR Apache-2.0 AND SSPL-1.0').approved).toBe('some')
})

it('is not too kind to what it cannot read', () => {
  expect(licenceVerdict('(MIT OR SSPL-1.0) AND MIT').approved).toBe('some')
  expect(licenceVerdict('constructor')).toEqual({ approved: 'none', unlisted: ['constructor'] })
})

it('names what SPDX does not list', () => {
  const expected = { approved: 'some', unlisted: ['LicenseRef-Own'] }
  expect(licenceVerdict('MIT AND LicenseRef-Own')).toEqual(expected)
})
