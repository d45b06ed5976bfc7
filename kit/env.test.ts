import { expect, it } from 'vitest'
import { envVars } from './env.ts'

it('lets nobody copy a variable into another by the expansion of Kubernetes', () => {
  const vars = envVars({ PATTERN: 'a$(SECRET)b$(X)' }, { MINE: '$(SECRET)' }, 'app-secrets')
  expect(vars).toEqual([
    { name: 'PATTERN', value: 'a$$(SECRET)b$$(X)' },
    { name: 'MINE', value: '$$(SECRET)' },
  ])
})

it('leaves a dollar alone that expands nothing', () => {
  expect(envVars({}, { PRICE: '$5 (five)' }, 's')).toEqual([{ name: 'PRICE', value: '$5 (five)' }])
})
