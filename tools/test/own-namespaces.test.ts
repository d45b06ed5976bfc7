import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import {
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { holderOf } from '../control-plane/lock.js'
import { removeLeftovers, runInOwnNamespaces } from './own-namespaces.js'

/** Root of a container may not make namespaces or mount in them, so it is tried. */
const mayUnshare =
  spawnSync('unshare', [
    ...['--net', '--mount', '--pid', '--ipc', '--fork', '--mount-proc'],
    ...['sh', '-c', 'ip link set lo up && mount -t tmpfs tmpfs /run'],
  ]).status === 0
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'kade-namespaces-'))
  vi.stubEnv('TMPDIR', directory)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true, force: true })
})

async function leave(name: string, owner: object): Promise<string> {
  const state = path.join(directory, `kade-real-node-${name}`)
  await mkdir(path.join(state, 'tmp'), { recursive: true })
  const within = await readlink('/proc/self/ns/pid')
  await writeFile(path.join(state, 'owner.json'), JSON.stringify({ within, ...owner }))
  return state
}

describe('what a run left behind', () => {
  it('is removed when its owner no longer lives, also where the number was given out again', async () => {
    const gone = await leave('1', { pid: process.pid, started: '1' })
    expect(await removeLeftovers()).toEqual([gone])
    expect(existsSync(gone)).toBe(false)
  })

  it('stays where its owner cannot be seen: another container may share the directory', async () => {
    const kept = await leave('3', { pid: process.pid, started: '1', within: 'pid:[1]' })
    await mkdir(path.join(directory, 'kade-real-node-4'))
    expect(await removeLeftovers()).toEqual([])
    expect(existsSync(kept)).toBe(true)
  })

  it('is of this user: a name under the directory for temporary files is nobody’s word', async () => {
    const gone = { pid: process.pid, started: '1' }
    const pointedAt = await leave('5', gone)
    await symlink(pointedAt, path.join(directory, 'kade-real-node-6'))
    await rm(path.join(pointedAt, 'owner.json'))
    if (process.getuid?.() === 0) await chown(await leave('7', gone), 12_345, 12_345)
    expect(await removeLeftovers()).toEqual([])
  })

  it('stays while its owner lives', async () => {
    const kept = await leave('2', (await holderOf(process.pid)) ?? {})
    expect(await removeLeftovers()).toEqual([])
    expect(existsSync(kept)).toBe(true)
  })
})

describe.skipIf(!mayUnshare)('a run in namespaces of its own (where they may be made)', () => {
  const options = { cwd: '/', env: process.env, stdio: 'pipe' } as const

  it('sees no network, no process and no mount but its own, and leaves nothing', async () => {
    // Modules for tunnels put a link of theirs into every network namespace, which is down.
    const script =
      'ip -o link show up | wc -l; echo $$; touch /run/kade-seen /var/kade-seen; exit 3'
    const { code, said } = await runInOwnNamespaces('sh', ['-c', script], options)
    const [links, pid] = said.trim().split('\n').map(Number)
    expect({ code, links }).toEqual({ code: 3, links: 1 })
    expect(pid).toBeLessThan(100)
    expect(['/run/kade-seen', '/var/kade-seen'].filter(file => existsSync(file))).toEqual([])
    expect(await readdir(directory)).toEqual([])
  })

  it('shows a kubelet the kernel that it wants, and leaves that of the machine as it was', async () => {
    const wanted = {
      'vm/overcommit_memory': '1',
      'vm/panic_on_oom': '0',
      'kernel/panic': '10',
      'kernel/panic_on_oops': '1',
      'kernel/keys/root_maxkeys': '1000000',
      'kernel/keys/root_maxbytes': '25000000',
    }
    const files = Object.keys(wanted).map(name => `/proc/sys/${name}`)
    const read = () => Promise.all(files.map(file => readFile(file, 'utf8')))
    const before = await read()
    // A file that is not of the proc file system is no switch of the machine, so nothing needs to be written to see that.
    const script = `cat ${files.join(' ')}; stat --file-system --format=%T ${files.join(' ')}`
    const { said } = await runInOwnNamespaces('sh', ['-c', script], options)
    const lines = said.trim().split('\n')
    expect(lines.slice(0, files.length)).toEqual(Object.values(wanted))
    expect(lines.slice(files.length)).not.toContain('proc')
    expect(await read()).toEqual(before)
  })

  it('ends with the one who started it, though that one was killed; the next run clears up', async () => {
    const mark = path.join(directory, 'mark')
    const module = new URL('./own-namespaces.js', import.meta.url).href
    const script = `import { runInOwnNamespaces } from ${JSON.stringify(module)}
      const script = 'setsid sh -c "while :; do date +%N > ${mark}; sleep 0.05; done" & wait'
      await runInOwnNamespaces('sh', ['-c', script], { cwd: '/', env: process.env })`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script])
    await expect.poll(() => existsSync(mark), { timeout: 10_000 }).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expect
      .poll(
        async () => {
          await rm(mark, { force: true })
          return writtenAgain(mark)
        },
        { timeout: 10_000 },
      )
      .toBe(false)
    expect(await removeLeftovers()).toHaveLength(1)
    expect(await readdir(directory)).toEqual([])
  })
})

/** Whether somebody writes the file within half a second, ten times as long as the writer sleeps. */
async function writtenAgain(file: string): Promise<boolean> {
  const look = vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 500, interval: 20 })
  return look.then(
    () => true,
    () => false,
  )
}
