/**
 * `node tests/real-node/images/prepare.ts [app …]` assembles the images of these apps, of all of them when none is named. It
 * needs the network, which the tests on the real node have not.
 */
import { assembleImages } from './assemble.ts'
import { images } from './images.ts'

const asked = process.argv.slice(2)
const unknown = asked.filter(app => !(app in images))
if (unknown.length > 0) {
  console.error(
    `There is no image of ${unknown.join(', ')}; there are: ${Object.keys(images).join(', ')}.`,
  )
  process.exit(2)
}
const wanted = Object.entries(images).filter(([app]) => asked.length === 0 || asked.includes(app))
try {
  const definitions = wanted.flatMap(([, of]) => of)
  const archives = await assembleImages(definitions, line => console.log(line))
  for (const archive of archives) console.log(archive)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
