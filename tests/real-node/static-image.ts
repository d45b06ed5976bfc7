import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { runDirectory } from './machine.ts'

const run = promisify(execFile)

/** A docker-archive of one program that needs nothing beside itself; answers its path. Runs as `user`, root when absent. */
export async function staticImage(
  name: string,
  program: string,
  user = '0',
): Promise<{ archive: string; name: string }> {
  const directory = path.join(runDirectory(), 'images', path.basename(program))
  const root = path.join(directory, 'root')
  await mkdir(root, { recursive: true })
  const file = path.basename(program)
  await copyFile(program, path.join(root, file))
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0']
  const layer = path.join(directory, 'layer.tar')
  await run('tar', ['-cf', layer, ...same, '-C', root, file])
  const digest = createHash('sha256')
    .update(await readFile(layer))
    .digest('hex')
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Entrypoint: [`/${file}`], User: user, WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  }
  await writeFile(path.join(directory, 'config.json'), JSON.stringify(config))
  const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }]
  await writeFile(path.join(directory, 'manifest.json'), JSON.stringify(manifest))
  const archive = path.join(directory, 'image.tar')
  await run('tar', ['-cf', archive, '-C', directory, 'manifest.json', 'config.json', 'layer.tar'])
  return { archive, name }
}
