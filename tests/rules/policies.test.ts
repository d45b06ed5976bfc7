import { readFile } from 'node:fs/promises'
import { loadPolicy } from '@open-policy-agent/opa-wasm'
import { describe, expect, it } from 'vitest'
import { readAdmission } from '#platform/adapters/policy/admission.ts'
import { policyIds, readPolicyTexts } from '#platform/adapters/policy/policy-texts.ts'
import { readFixtures } from '#policies/fixtures.ts'
import { opaVersion, sourcesHash } from '#tools/policies/sources.ts'
import { files, textOf } from './files.ts'

const wasm = 'policies/compiled/policies.wasm'
const rego = files.filter(file => /^policies\/.*\.rego$/.test(file))
const rules = rego.filter(file => !file.endsWith('_test.rego'))
const folders = [
  ...new Set(files.flatMap(file => /^policies\/([^/]+)\/rule\.rego$/.exec(file)?.[1] ?? [])),
]

function linesWith(pattern: RegExp): string[] {
  return rules.flatMap(file =>
    textOf(file)
      .split('\n')
      .flatMap((line, i) => {
        const statement = line.replace(/^\s*#.*$/, '').replace(/"[^"]*"/g, '""')
        return pattern.test(statement) ? [`${file}:${i + 1} ${line.trim()}`] : []
      }),
  )
}

describe('every policy', () => {
  it('is listed in policy-texts.ts and joined in kade.rego', () => {
    expect([...policyIds].sort()).toEqual([...folders].sort())
    for (const id of policyIds) expect(textOf('policies/kade.rego')).toContain(`"${id}"`)
  })

  it.each(policyIds)(
    '%s is complete: rule, its own test, texts in two languages, fixtures',
    async id => {
      for (const file of ['rule.rego', 'rule_test.rego', 'texts.yaml', 'fixtures.yaml'])
        expect(files).toContain(`policies/${id}/${file}`)
      const texts = (await readPolicyTexts(new URL('../../policies/', import.meta.url))).get(id)
      const { pass, fail } = await readFixtures(id)
      expect(pass.length).toBeGreaterThan(0)
      expect(fail.length).toBeGreaterThan(0)
      const admission = await readAdmission(new URL('../../policies/', import.meta.url), id)
      expect(Object.keys(texts?.messages ?? {})).toEqual(
        expect.arrayContaining((admission?.rules ?? []).map(one => one.message)),
      )
      const rule = textOf(`policies/${id}/rule.rego`)
      for (const [name, text] of Object.entries(texts?.messages ?? {})) {
        expect(rule, `no rule gives the message ${name}`).toContain(`"${name}"`)
        expect(names(text.nl), `${name} uses the same values in both languages`).toEqual(
          names(text.en),
        )
        for (const one of [text.en, text.nl]) expect(one.length).toBeLessThanOrEqual(300)
      }
    },
  )
})

function names(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(found => found[1] ?? '').sort()
}

describe('rules', () => {
  it('build no sentences: a sprintf with an absent argument takes its finding with it', () => {
    expect(linesWith(/sprintf/)).toEqual([])
  })

  it('negate names only: `not f(input.a.b)` is undefined where `input.a.b` is absent, and the rule passes', () => {
    expect(linesWith(/\bnot\s+(?:\w+\(|\w+\s)?[^;}]*?\w[.[]\w/)).toEqual([])
  })
})

describe('the compiled policies', () => {
  it('are fresh; to fix: npx node tools/policies/compile.ts', async () => {
    expect(JSON.parse(textOf('policies/compiled/policies.json'))).toEqual({
      opa: await opaVersion(),
      sources: await sourcesHash(),
      entrypoint: 'kade/findings',
    })
  })

  it('need no function of their host, which could differ from the compiler’s', async () => {
    const loaded = await loadPolicy(await readFile(new URL(`../../${wasm}`, import.meta.url)))
    // For bytes the SDK keeps the instance; the functions are those of OPA's ABI 1.2.
    const { exports } = loaded.wasmInstance as WebAssembly.Instance
    const { builtins, opa_json_dump: dump } = exports as Record<
      string,
      (address?: number) => number
    >
    const json = dump?.(builtins?.())
    const bytes = new Uint8Array(loaded.mem.buffer, json)
    expect(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)))).toBe('{}')
  })
})
