import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const policies = fileURLToPath(new URL('../../policies/', import.meta.url))

/** The rules that are compiled, relative to `policies/`, in fixed order; tests of rules are not. */
export async function ruleFiles(): Promise<string[]> {
  const files = await readdir(policies, { recursive: true })
  return files.filter(file => file.endsWith('.rego') && !file.endsWith('_test.rego')).sort()
}

/** SHA-256 over names and contents of everything that decides what the compiled file is, but the compiler. */
export async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256')
  for (const file of [...(await ruleFiles()), 'capabilities.json']) {
    const text = await readFile(`${policies}${file}`)
    hash.update(`${file} ${text.byteLength}\n`).update(text)
  }
  return hash.digest('hex')
}

/** The version of `opa` that go.mod pins, such as `v1.22.0`. */
export async function opaVersion(): Promise<string> {
  const file = await readFile(new URL('go.mod', import.meta.url), 'utf8')
  const version = /github\.com\/open-policy-agent\/opa (v[\d.]+)/.exec(file)?.[1]
  if (!version) throw new Error('tools/policies/go.mod pins no version of opa')
  return version
}
