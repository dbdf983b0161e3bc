/** Writes what is made from lists: the page of the metrics, and the JSON Schema of experiment files. Nothing is written before all of it is made. */
import { writeFileSync } from 'node:fs'
import { register } from 'tsx/esm/api'

register()
const { metricsPage } = await import('../sim/metrics/readme.fixture.ts')
const { schemaText } = await import('../experiments/runner/json-schema.ts')
const made = new Map([
  ['sim/metrics/README.md', metricsPage()],
  ['experiments/experiment.schema.json', schemaText()],
])
for (const [name, text] of made) {
  writeFileSync(new URL(`../${name}`, import.meta.url), text)
  console.log(name)
}
