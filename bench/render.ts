/**
 * How many modules are rendered in a second: every app of the shelf with its defaults, everything bound and a host where it has one.
 * In the same run, where npm can fetch it, cdk8s makes comparable objects: the very same ones as data, and an app with as many of
 * each written with its constructs. All stop at plain objects, before YAML. Rounds are interleaved; the median is told.
 *
 *   node bench/render.ts [--rounds 30] [--without-cdk8s]
 */
import { parseArgs } from 'node:util'
import { catalog } from '#catalog/index.ts'
import { check } from '#kit/check.ts'
import { renderInput } from '#kit/render-input.ts'
import { fetchCdk8s } from './cdk8s.ts'
import { median } from './median.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    'without-cdk8s': { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
/** The first rounds warm every side up and are not counted. */
const warmUp = 5

/** One way to come from the shelf to objects. A renderer in a sandbox joins here: it renders the same `shelf`, whole, per round. */
type Side = { readonly name: string; readonly renderShelf: () => unknown | Promise<unknown> }

const shelf = catalog.map(({ app }) => {
  const ingress = app.network.expose === null ? null : { host: `${app.id}.example.org` }
  return { app, input: renderInput(app, { ingress }) }
})
const rendered = shelf.map(({ app, input }) => app.render(input))
const relaxed = shelf.map(({ app }) => app.relaxations.map(each => each.what))

const sides: Side[] = [
  { name: 'kit', renderShelf: () => shelf.map(({ app, input }) => app.render(input)) },
  {
    name: 'kit, and its own check',
    renderShelf: () =>
      shelf.map(({ app, input }, index) => check(app.render(input), relaxed[index])),
  },
]

const cdk8s = values['without-cdk8s'] ? { why: 'it was not asked for' } : await fetchCdk8s()
if ('why' in cdk8s) console.log(`cdk8s is left out: ${cdk8s.why}`)
else {
  sides.push({ name: 'cdk8s, as data', renderShelf: () => rendered.map(cdk8s.asData) })
  sides.push({ name: 'cdk8s, constructs', renderShelf: () => rendered.map(cdk8s.asConstructs) })
}

const times = new Map(sides.map(({ name }) => [name, [] as number[]]))
try {
  const versions = 'why' in cdk8s ? '' : `; ${cdk8s.versions}`
  console.log(
    `${shelf.length} modules, ${rendered.flat().length} objects, ${rounds} rounds${versions}`,
  )
  for (let round = -warmUp; round < rounds; round++) {
    // Who goes first changes, so that none always finds the machine as another left it.
    for (const { name, renderShelf } of round % 2 === 0 ? sides : sides.toReversed()) {
      const began = performance.now()
      await renderShelf()
      if (round >= 0) times.get(name)?.push(performance.now() - began)
    }
  }
  const own = median(times.get('kit') ?? [])
  for (const [name, taken] of times) {
    const time = median(taken)
    const rate = Math.round((shelf.length / time) * 1000)
    const ratio = (time / own).toFixed(2)
    console.log(
      `${name.padEnd(24)} ${String(rate).padStart(7)} modules/s   ${ratio} times the time of the kit`,
    )
  }
} finally {
  if (!('why' in cdk8s)) await cdk8s.remove()
}
