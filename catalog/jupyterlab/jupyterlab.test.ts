import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import { jupyterlab } from './jupyterlab.ts'
import type { settings } from './settings.ts'

moduleTests(jupyterlab)

const podOf = (options: MkDeploymentOptions<typeof settings, 'home'> = {}) =>
  jupyterlab.mkDeployment(options).deployment.spec.template.spec

test('always asks for its token, which the team can see', () => {
  const [container] = podOf()?.containers ?? []
  expect(container?.env).toContainEqual({
    name: 'JUPYTER_TOKEN',
    valueFrom: { secretKeyRef: { name: 'jupyterlab-secrets', key: 'token' } },
  })
  expect(container?.args?.join(' ')).not.toMatch(/token|password/)
  expect(jupyterlab.secrets.find(each => each.name === 'token')?.revealed).toBeDefined()
})

test('runs as the user of the image, and offers nothing that needs more than that', () => {
  const pod = podOf()
  expect(pod?.securityContext).toMatchObject({ runAsUser: 1000, runAsGroup: 100, fsGroup: 100 })
  expect(pod?.automountServiceAccountToken).toBe(false)
  const names = pod?.containers[0]?.env?.map(each => each.name) ?? []
  expect(names.filter(name => /^(NB_|CHOWN_|GRANT_SUDO|GEN_CERT)/.test(name))).toEqual([])
})

test('keeps preferences and installed packages with the notebooks', () => {
  const [container] = podOf()?.containers ?? []
  const disk = container?.volumeMounts?.find(each => each.name === 'home')?.mountPath
  expect(container?.env).toContainEqual({ name: 'HOME', value: disk })
  // It would keep pip from working in an environment that someone makes.
  expect(container?.env?.map(each => each.name)).not.toContain('PIP_USER')
})

test('stops idle notebooks and hides the terminal only when asked to', () => {
  const args = (config = {}) => podOf({ config })?.containers[0]?.args ?? []
  expect(args().join(' ')).not.toContain('cull_idle_timeout')
  expect(args({ stopIdleMinutes: 60 })).toContain('--MappingKernelManager.cull_idle_timeout=3600')
  expect(args({ terminal: false })).toContain('--ServerApp.terminals_enabled=False')
})

test('asks nobody for news, and looks for no newer version', () => {
  expect(podOf()?.containers[0]?.args).toEqual(
    expect.arrayContaining([
      '--LabApp.news_url=None',
      '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
    ]),
  )
})
