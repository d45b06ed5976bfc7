/** A fresh key, so that a request sent twice is done once. Works on plain http too, where `randomUUID` is absent. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
