/** Stands where a Secret's value would. */
export const masked = '(hidden)'
export const maskedChange = '(hidden, changed)'

/** Whether the value at a field, as `fieldChanges` writes its path, may be shown. */
export function isSecretValue(kind: string, path: string): boolean {
  return kind === 'Secret' && /^(?:data|stringData)(?:$|[.[])/.test(path)
}
