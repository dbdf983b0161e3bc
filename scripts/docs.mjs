/** Writes the generated documents: the page of the metrics, the table of published comparisons, the tables of what own algorithms may read, and the JSON Schema of experiment files. Nothing is written unless all can be generated. */
import { readFileSync, writeFileSync } from 'node:fs'
import { register } from 'tsx/esm/api'

register()
const { metricsPage } = await import('../sim/outcome/readme.fixture.ts')
const { withModules } = await import('../sim/modules.fixture.ts')
const { readmeText, WITH_FIELDS, withFields } = await import('../sim/fields.fixture.ts')
const { schemaText } = await import('../experiments/file/json-schema.ts')
const { withPublished } = await import('../experiments/published.fixture.ts')
const documents = new Map([
  ['sim/README.md', withModules(readFileSync(new URL('../sim/README.md', import.meta.url), 'utf8'))],
  ['sim/outcome/README.md', metricsPage()],
  ['experiments/experiment.schema.json', schemaText()],
  ['experiments/README.md', withPublished(readFileSync(new URL('../experiments/README.md', import.meta.url), 'utf8'))],
  ...WITH_FIELDS.map((name) => [`sim/${name}`, withFields(readmeText(name))]),
])
for (const [name, text] of documents) {
  writeFileSync(new URL(`../${name}`, import.meta.url), text)
  console.log(name)
}
