import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import type { Cli } from '../command.ts'
import { parseTarget } from '../input.ts'

export function registerOpen(program: Command, cli: Cli): void {
  program
    .command('open [deployment]')
    .description(
      'open the app, or its page when it has no address; without a name: the portal, signed in',
    )
    .option('--print', 'only say the address')
    .action(async (target: string | undefined, flags: { print?: true }) => {
      const { client, url } = await cli.connect()
      const show = (address: string) => {
        cli.terminal.out(address)
        if (!flags.print && cli.terminal.interactive) openInBrowser(address)
      }
      if (target === undefined) return show(url + (await client.createSignInLink({})).path)
      const params = parseTarget(target)
      const deployment = await client.readDeployment({ params })
      const page = `${url}/deployments/${params.namespace}/${params.name}`
      show(webAddress(deployment.url) ?? page)
    })
}

/** An address of an app comes from its configuration: only http(s) is handed to the system's opener. */
function webAddress(text: string | undefined): string | undefined {
  return text && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : undefined
}

function openInBrowser(address: string): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(opener, [address], { stdio: 'ignore', detached: true })
  // No opener on this machine: the address was printed.
  child.on('error', () => {})
  child.unref()
}
