import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import { marimo } from './marimo.ts'
import type { settings } from './settings.ts'

moduleTests(marimo)

const podOf = (options: MkDeploymentOptions<typeof settings, 'notebooks'> = {}) =>
  marimo.mkDeployment(options).deployment.spec.template.spec

test('always asks for its password, which stands neither in an argument nor in the logs', () => {
  const pod = podOf()
  const [container] = pod?.containers ?? []
  const started = [...(container?.command ?? []), ...(container?.args ?? [])]
  expect(started).toContain('--token-password-file=/run/marimo/password')
  expect(started.join(' ')).toContain('marimo --quiet "$@"')
  expect(started.join(' ')).not.toMatch(/--no-token|--token-password=/)
  const [step] = pod?.initContainers ?? []
  expect(step?.command?.at(-1)).toContain('"$MARIMO_PASSWORD" > /run/marimo/password')
  expect(step?.env).toContainEqual({
    name: 'MARIMO_PASSWORD',
    valueFrom: { secretKeyRef: { name: 'marimo-secrets', key: 'password' } },
  })
})

test('shows the password to the team, who could not come in otherwise', () => {
  expect(marimo.secrets.find(each => each.name === 'password')?.revealed).toBeDefined()
})

test('keeps packages that someone installs on its disk', () => {
  const [container] = podOf()?.containers ?? []
  const disk = container?.volumeMounts?.find(each => each.name === 'notebooks')?.mountPath
  expect(container?.env).toContainEqual({ name: 'PYTHONUSERBASE', value: `${disk}/.local` })
  // It would keep pip from working in an environment that someone makes.
  expect(container?.env?.map(each => each.name)).not.toContain('PIP_USER')
})

test('tells notebooks where the model is that it is bound to', () => {
  const bindings = {
    llm: { url: 'http://models.team-a.svc:4000/v1', key: { secretKey: 'llm.key' } },
  }
  expect(podOf({ bindings })?.containers[0]?.env).toEqual(
    expect.arrayContaining([
      { name: 'OPENAI_BASE_URL', value: 'http://models.team-a.svc:4000/v1' },
      {
        name: 'OPENAI_API_KEY',
        valueFrom: { secretKeyRef: { name: 'marimo-secrets', key: 'llm.key' } },
      },
    ]),
  )
})

/** The shell's own part of the start, with another program in place of the app. */
async function started(app: string, signal?: NodeJS.Signals) {
  const [shell = '', ...words] = podOf()?.containers[0]?.command ?? []
  const script = words.map(each => each.replace('marimo --quiet "$@"', app))
  const child = spawn(shell, script, { stdio: ['ignore', 'pipe', 'ignore'] })
  let said = ''
  child.stdout.on('data', (data: Buffer) => {
    said += data
    if (signal && said.includes('ready')) child.kill(signal)
  })
  const [code] = await once(child, 'close')
  return { code, said }
}

test('passes the signal to stop on to the app, and ends with what the app says', async () => {
  const app = `sh -c 'trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done'`
  expect(await started(app, 'SIGTERM')).toMatchObject({ code: 7 })
  expect(await started(`sh -c 'exit 3'`)).toMatchObject({ code: 3 })
})

test('says in the logs that it starts and how it ended, and never its password', async () => {
  const { said } = await started('true')
  expect(said).toBe('marimo starts; notebooks are in /app/data\nmarimo ended with code 0\n')
})
