/** Environment names that say a secret is meant (`GITHUB_TOKEN`), without those that merely speak of one (`TOKEN_LIMIT`). */
const secretName = /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIALS?)$/i

/** Shapes of well-known credentials: OpenAI and compatible keys, GitHub, GitLab, AWS, Slack, private keys, JWTs. */
const secretValue =
  /^(sk-[\w-]{16,}|gh[pousr]_\w{20,}|glpat-[\w-]{16,}|AKIA[0-9A-Z]{16}|xox[abpr]-[\w-]{10,}|eyJ[\w-]+\.[\w-]+\.[\w-]+)$|-----BEGIN [A-Z ]*PRIVATE KEY-----/

/** True where an environment variable would put a secret into plain sight: revisions, diffs and logs show `env`. */
export function looksSecret(name: string, value: string): boolean {
  return secretName.test(name) || secretValue.test(value) || /:\/\/[^/\s:@]+:[^/\s@]+@/.test(value)
}
