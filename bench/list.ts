/**
 * What a list of deployments costs as there are more of them: the first page at 10,000 against the same page at 100,
 * through the HTTP API, each on a PostgreSQL of its own in the same run. Rounds are interleaved; the median is told.
 *
 *   node bench/list.ts [--few 100] [--many 10000] [--rounds 60]
 */
import { parseArgs } from 'node:util'
import { type ManyDeployments, openMany } from './many-deployments.ts'
import { median } from './median.ts'

type Query = NonNullable<Parameters<ManyDeployments['client']['listDeployments']>[0]['query']>

const { values } = parseArgs({
  options: {
    few: { type: 'string', default: '100' },
    many: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '60' },
  },
})
const rounds = Number(values.rounds)
/** The first rounds warm both sides up and are not counted. */
const warmUp = 5
const aim = 1.5

/** A page from the middle of the list, reached by its cursors. */
async function middle({ client, count }: ManyDeployments, sort: 'name' | '-createdAt' | 'health') {
  let cursor: string | null = null
  const limit = Math.min(200, count / 2)
  for (let passed = 0; passed < count / 2; passed += limit) {
    const query: Query = { sort, limit, ...(cursor === null ? {} : { cursor }) }
    cursor = (await client.listDeployments({ query })).next
  }
  if (cursor === null) throw new Error('The list has no middle.')
  return { sort, cursor }
}

const cases: readonly { name: string; query: (of: ManyDeployments) => Query | Promise<Query> }[] = [
  { name: 'first page', query: () => ({}) },
  { name: 'by -createdAt', query: () => ({ sort: '-createdAt' }) },
  { name: 'by health', query: () => ({ sort: 'health' }) },
  { name: 'of one namespace', query: () => ({ namespace: 'bench-001' }) },
  { name: 'of one app', query: () => ({ app: 'qdrant' }) },
  { name: 'on one cluster', query: () => ({ cluster: 'amsterdam' }) },
  { name: 'healthy ones', query: () => ({ health: 'healthy' }) },
  { name: 'of a state none is in', query: () => ({ health: 'suspended' }) },
  { name: 'q that all match', query: () => ({ q: 'app' }) },
  { name: 'q that one matches', query: () => ({ q: 'needle' }) },
  { name: 'q that none matches', query: () => ({ q: 'nowhere' }) },
  { name: 'page in the middle', query: of => middle(of, 'name') },
  { name: 'the same by -createdAt', query: of => middle(of, '-createdAt') },
  { name: 'the same by health', query: of => middle(of, 'health') },
]

async function timed({ client }: ManyDeployments, query: Query): Promise<number> {
  const began = performance.now()
  await client.listDeployments({ query })
  return performance.now() - began
}

const began = performance.now()
const few = await openMany(Number(values.few))
const many = await openMany(Number(values.many))
try {
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  console.log(
    `${few.count} and ${many.count} deployments, filled in ${seconds} s; ${rounds} rounds`,
  )
  let worst = 0
  for (const { name, query } of cases) {
    const asked = [await query(few), await query(many)] as const
    const times: [number[], number[]] = [[], []]
    for (let round = -warmUp; round < rounds; round++) {
      // Who goes first changes, so that neither always finds the machine as the other left it.
      const order = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)
      for (const side of order) {
        const time = await timed(side === 0 ? few : many, asked[side])
        if (round >= 0) times[side].push(time)
      }
    }
    const [small, large] = [median(times[0]), median(times[1])]
    worst = Math.max(worst, large / small)
    const ms = (time: number) => `${time.toFixed(2).padStart(7)} ms`
    console.log(
      `${name.padEnd(24)} ${ms(small)} ${ms(large)}   ratio ${(large / small).toFixed(2)} (aim ${aim})`,
    )
  }
  console.log(`worst ratio ${worst.toFixed(2)} (aim ${aim})`)
} finally {
  await many.stop()
  await few.stop()
}
