/**
 * Reads a Nix flake whose `lib` has the contract of a service-owned deployment module (ADR 2): `mkDeployment`, and where they
 * are there `defaultDeployment`, `dependencies` and `serviceInfo`. The flake is evaluated by the real nix: pure, without the
 * network, without building anything, within bounds.
 */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import type { RenderInput } from '#kit/app.ts'
import { type ImportedApp, renderImported } from '#kit/import/import-app.ts'
import { importObjects } from '#kit/import/import-objects.ts'
import { literal } from '#kit/import/literal.ts'
import { differencesOf } from '#kit/import/proof.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { at, fields, text } from '#kit/lint/read.ts'
import { type Terminal, UsageError } from '../terminal.ts'

const run = promisify(execFile)
const deadlineMs = 60_000
const largestAnswerBytes = 20 * 1024 * 1024

const amounts = {
  requests: { cpu: '123m', memory: '321Mi' },
  limits: { cpu: '1234m', memory: '4321Mi' },
}

type Probe = {
  readonly argument: string
  /** Nix, each tried until the flake takes one. */
  readonly values: readonly string[]
  /** What the same is for a module of Kade; undefined for what a module decides itself. */
  readonly input?: Partial<RenderInput>
}

/** The seven arguments of `mkDeployment`, each with a value that nothing else has. */
const probes: readonly Probe[] = [
  { argument: 'namespace', values: ['"kade-probe"'], input: { namespace: 'kade-probe' } },
  { argument: 'replicas', values: ['1', '3'] },
  {
    argument: 'env',
    values: ['[ { name = "KADE_PROBE"; value = "probe"; } ]', '{ KADE_PROBE = "probe"; }'],
    input: { env: { KADE_PROBE: 'probe' } },
  },
  {
    argument: 'ingress',
    values: [
      '{ host = "kade-probe.example.org"; }',
      '{ enable = true; host = "kade-probe.example.org"; }',
    ],
    input: { ingress: { host: 'kade-probe.example.org' } },
  },
  {
    argument: 'resources',
    values: [
      `{ requests = { cpu = "${amounts.requests.cpu}"; memory = "${amounts.requests.memory}"; }; limits = { cpu = "${amounts.limits.cpu}"; memory = "${amounts.limits.memory}"; }; }`,
    ],
    input: { resources: amounts },
  },
  { argument: 'image', values: ['"registry.example/kade-probe:1"'] },
  { argument: 'imagePullPolicy', values: ['"Always"'] },
]

/** A flake that nix could not evaluate as asked. */
class EvaluationError extends Error {
  override name = 'EvaluationError'
}

async function evaluate(terminal: Terminal, flake: string, apply: string): Promise<unknown> {
  const place = `path:${encodeURI(path.resolve(flake)).replaceAll('#', '%23').replaceAll('?', '%3F')}#lib`
  const flags = ['--extra-experimental-features', 'nix-command flakes', '--offline']
  const options = [
    '--option',
    'allow-import-from-derivation',
    'false',
    '--option',
    'pure-eval',
    'true',
  ]
  try {
    const { stdout } = await run(
      'nix',
      [...flags, 'eval', '--json', '--no-write-lock-file', ...options, place, '--apply', apply],
      { timeout: deadlineMs, maxBuffer: largestAnswerBytes, env: { ...terminal.env } },
    )
    return JSON.parse(stdout)
  } catch (cause) {
    throw explained(cause, flake)
  }
}

function explained(cause: unknown, flake: string): Error {
  const { code, killed, stderr } = {
    code: '',
    killed: false,
    stderr: '',
    ...fields(cause),
    ...(cause instanceof Error && { ...cause }),
  }
  if (code === 'ENOENT') {
    return new UsageError(
      {
        en: 'nix is not installed here. Install it (Debian and Ubuntu: apt-get install nix-bin), and try again.',
        nl: 'nix is hier niet geïnstalleerd. Installeer het (Debian en Ubuntu: apt-get install nix-bin) en probeer het opnieuw.',
      },
      { cause },
    )
  }
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return new UsageError(
      {
        en: `${flake} answers more than 20 MB; a module is smaller.`,
        nl: `${flake} antwoordt met meer dan 20 MB; een module is kleiner.`,
      },
      { cause },
    )
  }
  if (killed) {
    return new UsageError(
      {
        en: `${flake} was not evaluated within ${deadlineMs / 1000} seconds; make it answer sooner.`,
        nl: `${flake} was niet binnen ${deadlineMs / 1000} seconden uitgerekend; laat hem eerder antwoorden.`,
      },
      { cause },
    )
  }
  const lines = String(stderr)
    .split('\n')
    .filter(line => line.trim() !== '')
  return new EvaluationError(lines.slice(0, 6).join('\n') || String(cause), { cause })
}

function objectsOf(result: unknown): readonly KubernetesObject[] {
  return Object.values(fields(result)).filter(
    (each): each is KubernetesObject =>
      text(at(each, 'kind')) !== undefined && text(at(each, 'metadata', 'name')) !== undefined,
  )
}

async function probed(terminal: Terminal, flake: string, { argument, values }: Probe) {
  for (const value of values) {
    try {
      const result = await evaluate(
        terminal,
        flake,
        `lib: lib.mkDeployment { ${argument} = ${value}; }`,
      )
      return objectsOf(result)
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error
    }
  }
  return undefined
}

export type Flake = {
  /** `mkDeployment {}`, with the ingress that it makes when it is asked for one. */
  readonly objects: readonly KubernetesObject[]
  readonly dependencies: unknown
  readonly serviceInfo: unknown
  /** By argument: what `mkDeployment` makes of it; undefined where the flake does not take it. */
  readonly answers: ReadonlyMap<string, readonly KubernetesObject[] | undefined>
}

/**
 * Evaluates a flake with no argument and with each of the seven.
 * @throws UsageError when nix is not there, or the flake has not the contract
 */
export async function readFlake(terminal: Terminal, flake: string): Promise<Flake> {
  const facts =
    'lib: { plain = lib.mkDeployment { }; usual = lib.defaultDeployment or null; dependencies = lib.dependencies or [ ]; serviceInfo = lib.serviceInfo or { }; }'
  let found: unknown
  try {
    found = await evaluate(terminal, flake, facts)
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error
    throw new UsageError(
      {
        en: `${flake} has not the contract of a module: lib.mkDeployment { } has to give its objects, without inputs from the network. nix says:\n${error.message}`,
        nl: `${flake} heeft niet het contract van een module: lib.mkDeployment { } moet zijn objecten geven, zonder invoer uit het netwerk. nix zegt:\n${error.message}`,
      },
      { cause: error },
    )
  }
  const answers = new Map<string, readonly KubernetesObject[] | undefined>()
  for (const probe of probes) answers.set(probe.argument, await probed(terminal, flake, probe))
  const plain = objectsOf(at(found, 'plain'))
  const usual = objectsOf(at(found, 'usual'))
  if (usual.length > 0 && JSON.stringify(usual) !== JSON.stringify(plain)) {
    terminal.err('lib.defaultDeployment is not mkDeployment { }; the module follows mkDeployment.')
  }
  const ingress = (answers.get('ingress') ?? []).filter(
    each => each.kind === 'Ingress' && !plain.some(one => one.kind === 'Ingress'),
  )
  return {
    objects: [...plain, ...ingress],
    dependencies: at(found, 'dependencies'),
    serviceInfo: at(found, 'serviceInfo'),
    answers,
  }
}

function followed(app: ImportedApp, flake: Flake, { argument, input }: Probe): string {
  const answer = flake.answers.get(argument)
  if (answer === undefined)
    return `\`${argument}\`: the flake does not take it as the contract says; the module does`
  if (argument.startsWith('image')) {
    return `\`${argument}\`: of the module. Another image is another version of it, and its tag is fixed`
  }
  const [expected] = importObjects(answer).apps
  if (expected === undefined) return `\`${argument}\`: with it, the flake makes no workload`
  const asked = { ...app.input, ingress: null, replicas: expected.input.replicas, ...input }
  const rendered = renderImported({ ...app, input: asked })
  const differences = differencesOf(rendered, expected.expected)
  if (differences.length === 0) return `\`${argument}\`: the module follows it as the flake does`
  return `\`${argument}\`: the flake makes something else of it; write that into the module. ${differences.join('; ')}`
}

/** What a flake adds to the import of its objects: facts kept in the module, and how each argument is followed. */
export function flakeNotes(app: ImportedApp, flake: Flake) {
  const lines = probes.map(probe => followed(app, flake, probe))
  const facts = [
    '\n/** Services that the flake named. A need asks for a capability instead: see `needs` of defineApp. */',
    `export const dependencies = ${literal(flake.dependencies)}\n`,
    '/** What the flake said of itself. */',
    `export const serviceInfo = ${literal(flake.serviceInfo)}\n`,
  ]
  return {
    source: facts.join('\n'),
    guide: `\n## Arguments of mkDeployment\n\n${lines.map(line => `- ${line}\n`).join('')}`,
    lines: lines.map(line => line.replaceAll('`', '')),
  }
}
