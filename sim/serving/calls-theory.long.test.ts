/** Networks of services against queueing theory, the slow ones (calls-theory.test.ts has the others). */
import { it } from 'vitest'
import type { Step } from '../input.ts'
import { cost, requests, type FlatService } from '../testing/input.ts'
import { agrees, arrow, column, counts, exponential, latencies, replicated, station } from './network-theory.fixture.ts'

it('a Jackson network with branches has product form: L = ρ/(1 − ρ) at each station, W = ΣL/λ', () => {
  // From a to b with 0.6; from b to c with 0.5; from a to c with 0.2: as steps, c is called with 0.5 whether b was or not.
  const steps: Step[] = [{ calls: [0] }, { calls: [1] }]
  const services = [
    station({ name: 'a', requests: requests(70, exponential(10_000)), steps }),
    station({ name: 'b' }),
    station({ name: 'c' }),
  ]
  const calls = [arrow('a->b', 0, 1, 15_000, { share: 0.6 }), arrow('a->c', 0, 2, 20_000, { share: 0.5 })]
  const rows = replicated(services, calls, 1000, (of) => [...latencies(of), ...counts(of)])
  const load = (rate: number, mean: number): number => (rate * mean) / (1 - rate * mean)
  const [a, b, c] = [load(70, 0.01), load(42, 0.015), load(35, 0.02)]
  agrees(column(rows, 4), b, 0.12)
  agrees(column(rows, 5), c, 0.12)
  agrees(column(rows, 0), (1000 * (a + b + c)) / 70, 0.08)
})

it('a tandem of processor sharing has the same means, since it is insensitive: W = 1/(μ1 − λ) + 1/(μ2 − λ)', () => {
  const shared = (of: FlatService): FlatService => ({ ...of, threads: 0, async: false })
  const services = [
    shared(station({ name: 'a', requests: requests(60, { kind: 'lognormal', mean: 10_000, cv: 1.5 }), steps: [{ calls: [0] }] })),
    shared(station({ name: 'b' })),
  ]
  const calls = [arrow('a->b', 0, 1, 1, { cost: cost({ kind: 'constant', value: Math.round(1e6 / 90) }) })]
  const rows = replicated(services, calls, 1000, latencies)
  agrees(column(rows, 0), 1000 / 40 + 1000 / 30, 0.09)
})
