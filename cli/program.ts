import { Command, CommanderError } from 'commander'
import { ProblemError } from '#api/client.ts'
import type { Text } from '#api/names.ts'
import type { Cli } from './command.ts'
import { registerAccounts } from './commands/accounts.ts'
import { registerApprovals } from './commands/approvals.ts'
import { registerApps } from './commands/apps.ts'
import { registerAudit } from './commands/audit.ts'
import { registerClusters } from './commands/clusters.ts'
import { registerCompletion } from './commands/completion.ts'
import { registerCompliance } from './commands/compliance.ts'
import { registerCompose } from './commands/compose.ts'
import { registerDeadLetters } from './commands/dead-letters.ts'
import { registerDelete } from './commands/delete.ts'
import { registerDeploy } from './commands/deploy.ts'
import { registerFailover } from './commands/failover.ts'
import { registerGateway } from './commands/gateway.ts'
import { registerImport } from './commands/import.ts'
import { registerList } from './commands/list.ts'
import { registerLogin } from './commands/login.ts'
import { registerLogs } from './commands/logs.ts'
import { registerMetrics } from './commands/metrics.ts'
import { registerModule } from './commands/module.ts'
import { registerMove } from './commands/move.ts'
import { registerNamespaces } from './commands/namespaces.ts'
import { registerNotifications } from './commands/notifications.ts'
import { registerOpen } from './commands/open.ts'
import { registerOperations } from './commands/operations.ts'
import { registerPreview } from './commands/preview.ts'
import { registerQuotas } from './commands/quotas.ts'
import { registerRebuild } from './commands/rebuild.ts'
import { registerRestart } from './commands/restart.ts'
import { registerRollback } from './commands/rollback.ts'
import { registerSecrets } from './commands/secrets.ts'
import { registerStatus } from './commands/status.ts'
import { registerTeams } from './commands/teams.ts'
import { registerTokens } from './commands/tokens.ts'
import { registerUp } from './commands/up.ts'
import { registerUpdate } from './commands/update.ts'
import { registerWebhooks } from './commands/webhooks.ts'
import { registerWorker } from './commands/worker.ts'
import { registerWorkerCredentials } from './commands/worker-credentials.ts'
import { connect, UnreachableError } from './connection.ts'
import { exit, exitOfProblem } from './exit.ts'
import { problemLines } from './render.ts'
import { type Terminal, tell, UsageError } from './terminal.ts'

const registrations = [
  registerUp,
  registerGateway,
  registerWorker,
  registerRebuild,
  registerApps,
  registerDeploy,
  registerPreview,
  registerStatus,
  registerList,
  registerLogs,
  registerMetrics,
  registerSecrets,
  registerUpdate,
  registerRollback,
  registerRestart,
  registerMove,
  registerDelete,
  registerFailover,
  registerCompose,
  registerOpen,
  registerOperations,
  registerCompliance,
  registerApprovals,
  registerNotifications,
  registerDeadLetters,
  registerClusters,
  registerNamespaces,
  registerQuotas,
  registerWebhooks,
  registerWorkerCredentials,
  registerAudit,
  registerLogin,
  registerTokens,
  registerAccounts,
  registerTeams,
  registerImport,
  registerModule,
  registerCompletion,
]

/** Every command of `kade`. A command line it cannot read throws a `CommanderError`. */
export function createProgram(cli: Cli, version: string): Command {
  const { terminal } = cli
  const program = new Command('kade')
    .description('Self-service app store for AI applications on Kubernetes')
    .version(version)
    .showHelpAfterError('(add --help for what there is)')
    // A flag belongs to the command it stands behind, also where that one is below another.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.out(text.trimEnd()),
      writeErr: text => terminal.err(text.trimEnd()),
    })
  for (const register of registrations) register(program, cli)
  return program
}

/** Runs one command line (without `node` and the script) and answers its exit code. Never rejects. */
export async function run(
  argv: readonly string[],
  terminal: Terminal,
  version: string,
): Promise<number> {
  let code: number = exit.done
  const cli: Cli = {
    terminal,
    connect: () => connect(terminal.env),
    exit: asked => {
      code = asked
    },
  }
  const program = createProgram(cli, version)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    return complain(terminal, error, wantsJson(argv))
  }
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (word, at) =>
      ['-ojson', '--output=json'].includes(word) ||
      (word === 'json' && ['-o', '--output'].includes(argv[at - 1] ?? '')),
  )
}

/** Says what went wrong, and answers the exit code for it. */
function complain(terminal: Terminal, error: unknown, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.usage
  if (error instanceof UsageError) {
    terminal.err(tell(terminal, error.text))
    return exit.usage
  }
  if (error instanceof ProblemError) {
    if (json) terminal.out(JSON.stringify(error.problem, null, 2))
    for (const line of problemLines(terminal, error.problem)) terminal.err(line)
    return exitOfProblem(error.problem.code)
  }
  if (error instanceof UnreachableError || isNetworkError(error)) {
    terminal.err(error.message === 'fetch failed' ? absent(error) : error.message)
    return exit.unreachable
  }
  if (isRefusal(error)) {
    terminal.err(tell(terminal, error.text))
    const { next } = error.details
    if (next) terminal.err(`→ ${typeof next === 'string' ? next : tell(terminal, next)}`)
    return exitOfProblem(error.code)
  }
  terminal.err(`kade failed: ${error instanceof Error ? error.message : error}`)
  if (terminal.env.KADE_DEBUG && error instanceof Error) terminal.err(error.stack ?? '')
  return exit.failed
}

type Refusal = Error & { code: string; text: Text; details: { next?: string | Text } }

/** A `PlatformError` of a process that runs here; named by its shape, since only `processes/` knows the platform. */
function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && error.name === 'PlatformError' && 'details' in error
}

/** Node's `fetch` rejects with a TypeError whose cause is the socket's error. */
function isNetworkError(error: unknown): error is TypeError {
  return error instanceof TypeError && error.cause instanceof Error
}

function absent(error: TypeError): string {
  const cause = error.cause instanceof Error ? error.cause.message : ''
  return `Kade does not answer${cause ? `: ${cause}` : '.'}\nStart it with "kade up", or check KADE_URL.`
}
