/** Writes the pages that are made from lists. */
import { writeFileSync } from 'node:fs'
import { register } from 'tsx/esm/api'

register()
const { metricsPage } = await import('../sim/metrics/readme.fixture.ts')
writeFileSync(new URL('../sim/metrics/README.md', import.meta.url), metricsPage())
console.log('sim/metrics/README.md')
