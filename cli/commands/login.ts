import { rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { type Client, createClient } from '#api/client.ts'
import type { DeviceLogin } from '#api/device-logins.ts'
import type { Text } from '#api/names.ts'
import type { Cli } from '../command.ts'
import { connect, loginFile } from '../connection.ts'
import { exit } from '../exit.ts'
import { clean } from '../render.ts'
import { languageOf, type Terminal, tell, UsageError } from '../terminal.ts'

/** `kade login <url>`: this terminal talks to that Kade from now on, as whoever lets it in there. `kade logout` ends it. */
export function registerLogin(program: Command, cli: Cli): void {
  program
    .command('login <url>')
    .description('sign this terminal in to a Kade elsewhere; you let it in from the portal')
    .action((url: string) => login(cli, url))
  program
    .command('logout')
    .description('end what kade login began')
    .action(async () => {
      const { client } = await cli.connect()
      // Only what a login wrote: the Kade of this machine has a token of its own.
      await rm(loginFile(cli.terminal.env)).catch(cause => {
        throw new UsageError(
          {
            en: 'This terminal is not signed in anywhere.',
            nl: 'Deze terminal is nergens ingelogd.',
          },
          { cause },
        )
      })
      await client.signOut({})
      say(cli.terminal, { en: 'Signed out.', nl: 'Uitgelogd.' })
    })
}

async function login(cli: Cli, given: string): Promise<void> {
  const { terminal } = cli
  const url = addressOf(given)
  const headers = () => ({ 'accept-language': languageOf(terminal.env) })
  const client = createClient({ url, headers })
  const asked = await client.startDeviceLogin({
    body: { client: `kade on ${hostname()}`.slice(0, 100) },
  })
  say(terminal, {
    en: `Open ${url}${clean(asked.path)} and let this terminal in if it shows ${clean(asked.userCode)}.`,
    nl: `Open ${url}${clean(asked.path)} en laat deze terminal toe als daar ${clean(asked.userCode)} staat.`,
  })
  const answer = await waitFor(client, asked)
  if (answer.state !== 'approved') {
    const denied = answer.state === 'denied'
    terminal.err(
      tell(
        terminal,
        denied
          ? { en: 'It was not let in.', nl: 'Hij is niet toegelaten.' }
          : {
              en: 'Nobody let it in within ten minutes.',
              nl: 'Niemand liet hem binnen tien minuten toe.',
            },
      ),
    )
    return cli.exit(denied ? exit.refused : exit.deadline)
  }
  const file = loginFile(terminal.env)
  await writeFile(`${file}.new`, `${JSON.stringify({ url, token: answer.token })}\n`, {
    mode: 0o600,
  })
  // A rename shows the file only when it is whole.
  await rename(`${file}.new`, file)
  // As every later command finds it.
  await connect(terminal.env)
  say(terminal, {
    en: `Signed in as ${clean(answer.account)}. kade talks to ${url} until kade logout.`,
    nl: `Ingelogd als ${clean(answer.account)}. kade praat met ${url} tot kade logout.`,
  })
}

/** Asks at the pace that it is told, until somebody decided or the code is over. */
async function waitFor(client: Client, { deviceCode, interval, expiresAt }: DeviceLogin) {
  let pause = interval
  for (;;) {
    await delay(pause * 1000)
    const answer = await client.askDeviceLogin({ body: { deviceCode } })
    if (answer.state !== 'pending' && answer.state !== 'slow-down') return answer
    if (Date.now() > Date.parse(expiresAt)) return { state: 'expired' as const }
    pause = Math.max(1, answer.interval)
  }
}

/** A token goes over an encrypted connection, or stays on this machine. */
function addressOf(given: string): string {
  if (URL.canParse(given)) {
    const { protocol, hostname: host, origin } = new URL(given)
    const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(host)
    if (protocol === 'https:' || (protocol === 'http:' && isHere)) return origin
  }
  throw new UsageError({
    en: `"${given}" is no https address of a Kade.`,
    nl: `"${given}" is geen https-adres van een Kade.`,
  })
}

function say(terminal: Terminal, text: Text): void {
  terminal.out(tell(terminal, text))
}
