import type { Command } from 'commander'

export function registerRebuild(program: Command): void {
  program
    .command('rebuild')
    .description('write the read model of deployments anew from their events')
    .action(async () => {
      const { readSettings } = await import('../processes/settings.ts')
      const { rebuild } = await import('../processes/rebuild.ts')
      await rebuild(await readSettings())
    })
}
