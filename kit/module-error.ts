/** What is wrong with a module or with what was asked of it: where, what, and what is allowed. */
export type ModuleFinding = {
  readonly rule: string
  /** JSON Pointer: into the rendered objects (`/0/spec/…`), or into the options that were given (`/replicas`). */
  readonly pointer: string
  readonly detail: string
}

/** A module that cannot be rendered as asked. Every finding is in it, not only the first. */
export class ModuleError extends Error {
  override name = 'ModuleError'
  readonly findings: readonly ModuleFinding[]
  constructor(app: string, findings: readonly ModuleFinding[]) {
    const lines = findings.map(each => `${each.pointer || '/'}: ${each.detail}`)
    super(`${app} cannot be rendered:\n  ${lines.join('\n  ')}`)
    this.findings = findings
  }
}
