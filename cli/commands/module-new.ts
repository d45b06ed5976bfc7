import { join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Cli } from '../command.ts'
import { newModule, type TemplateName, templateNames } from '../module/new.ts'

type Flags = { template: TemplateName; dir?: string }

export function registerModuleNew(module: Command, cli: Cli): void {
  module
    .command('new <id>')
    .description('begin a module, with its settings, test, passport, guide and picture')
    .addOption(
      new Option('--template <template>', 'what the app is most like')
        .choices(templateNames)
        .default('web'),
    )
    .option('--dir <folder>', 'where to write it; a folder called as the app when absent')
    .action(async (id: string, { template, dir = id }: Flags) => {
      const today = new Date().toISOString().slice(0, 10)
      const files = await newModule({ id, template, folder: dir, today })
      const [{ loadApp }, { writeGolden }] = await Promise.all([
        import('../module/load.ts'),
        import('../module/golden.ts'),
      ])
      const loaded = await loadApp({ file: resolve(dir, `${id}.ts`), folder: dir })
      if ('app' in loaded) await writeGolden(loaded.app, dir)
      const { terminal } = cli
      for (const file of files) terminal.out(join(dir, file))
      if ('app' in loaded) terminal.out(join(dir, 'golden.{dev,staging,prod}.yaml'))
      terminal.out(`Change it to what your app is, then: kade module check ${dir}`)
    })
}
