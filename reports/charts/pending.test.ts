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

test('the tail falls in steps at the times there are: of forty pods 20 wait 1 s, 8 wait 2 s, 12 wait 4 s', () => {
  const study = fixtureStudy({ variants: 1, replications: 1 })
  const times = [...Array<number>(20).fill(1e6), ...Array<number>(8).fill(2e6), ...Array<number>(12).fill(4e6)]
  const runs = study.runs.map((run) => ({ ...run, result: { ...run.result, pending: waits(...times).toSparse() } }))
  const [, tail] = pendingCharts(summarise({ ...study, runs }))
  const rows = tail.data.pending as unknown as { value: number; beyond: number }[]
  expect(rows.map(({ value }) => Math.round(value))).toEqual([1, 2, 4])
  // beyond 1 s are 20 of 40, beyond 2 s 12; the last ten are not followed
  expect(rows.map(({ beyond }) => beyond)).toEqual([0.5, 0.3, 0.25])
  expect(tail.usual.log).toEqual({ x: true, y: true })
  expect(JSON.stringify(tail.draw(tail.usual))).toContain('"interpolate":"step-after"')
})
