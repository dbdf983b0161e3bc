/** Charts in every way in which the page may draw them (charts.test.ts has them as they are drawn in files). */
import { expect, test } from 'vitest'
import { wayKey, waysOf } from '../page/ways.ts'
import { fixtureStudy } from '../study.fixture.ts'
import { summarise } from '../summary/summary.ts'
import { chartsOf, specOf } from './index.ts'
import { renderSvg } from './render.ts'
import { NARROW, WIDTH } from './theme.ts'

const study = fixtureStudy({ requests: 300, samples: 8, nodes: 10, variants: 6, replications: 2, services: ['web', 'api'] })

test('every way in which the page may draw a chart is drawn without a warning, and differs from the others', async () => {
  for (const chart of chartsOf(summarise(study))) {
    const { x, y } = chart.usual.log
    const seen = new Map<string, string>()
    for (const way of waysOf({ switches: chart.switches, usual: { x, y }, fewVariants: chart.fewVariants }, 6)) {
      const { svg, warnings } = await renderSvg(specOf(chart, '', { width: way.narrow ? NARROW : WIDTH, log: way, few: way.few }))
      expect(warnings, `${chart.name} ${wayKey(way)}`).toEqual([])
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
      expect(seen.get(svg), `${chart.name} ${wayKey(way)}`).toBeUndefined()
      seen.set(svg, wayKey(way))
    }
  }
})
