import { expect, test } from 'vitest'
import { Histogram } from '../../sim/index.ts'
import { fixtureStudy } from '../study.fixture.ts'
import { summarise } from '../summary/summary.ts'
import { pendingCharts } from './pending.ts'

/** Waits in microseconds. */
function waits(...values: number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

test('of eight pods four wait up to 1 ms, one to 10 ms, two to 10 s, one longer than 1,000 s: shares 4/8, 1/8, 2/8, 1/8, one after the other', () => {
  const study = fixtureStudy()
  const pending = waits(0, 0, 10, 1000, 5000, 2_000_000, 9_000_000, 2_000_000_000).toSparse()
  const runs = study.runs.map((run) => ({ ...run, result: { ...run.result, pending } }))
  const [{ data }] = pendingCharts(summarise({ ...study, runs }))
  const [first] = data.classes
  const rows = data.classes.filter(({ variant }) => variant === first.variant)
  const replications = runs.filter(({ variant }) => variant === 0).length
  expect(rows).toEqual([
    { variant: first.variant, class: 'up to 1 ms', from: 0, to: 0.5, share: 0.5, pods: 4 * replications },
    { variant: first.variant, class: 'to 10 ms', from: 0.5, to: 0.625, share: 0.125, pods: replications },
    { variant: first.variant, class: 'to 10 s', from: 0.625, to: 0.875, share: 0.25, pods: 2 * replications },
    { variant: first.variant, class: 'longer', from: 0.875, to: 1, share: 0.125, pods: replications },
  ])
})
