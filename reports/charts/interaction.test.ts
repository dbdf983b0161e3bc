import { expect, test } from 'vitest'
import { fixtureStudy } from '../study.fixture.ts'
import { summarise } from '../summary/summary.ts'
import { interactionChart } from './interaction.ts'

const chartOf = (primary: string) => interactionChart(summarise({ ...fixtureStudy({ variants: 6 }), primary }))[0]

test('shares add, so the axis is linear; latencies multiply, so it is logarithmic: only there are parallel lines no interaction', () => {
  const [shares, latency] = [chartOf('slo-misses'), chartOf('latency-p99')]
  expect([shares.usual.log.y, shares.subtitle[1]]).toEqual([
    false,
    expect.stringMatching(/^parallel lines: the effects of the two axes add up/),
  ])
  expect([latency.usual.log.y, latency.subtitle[1]]).toEqual([
    true,
    expect.stringMatching(/^parallel lines on the logarithmic axis: the effects multiply/),
  ])
  expect(latency.switches).toEqual(['y'])
})

test('lines of a level stand beside one another within 0.4 of the distance of levels, in the order of the legend', () => {
  const rows = chartOf('slo-misses').data['pair-1']
  const names = [...new Set(rows.map(({ line }) => line))]
  for (const level of new Set(rows.map((row) => row.level))) {
    const places = names.flatMap((line) => rows.filter((row) => row.level === level && row.line === line).map(({ place }) => Number(place)))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[places.length - 1] - places[0]).toBeLessThanOrEqual(0.4 + 1e-9)
  }
})
