import { describe, expect, test } from 'vitest'
import { distribution, type DistributionSpec } from '../../sim/random/distributions.ts'
import type { RequestSource } from '../../sim/workload.ts'
import { openRequests } from '../index.ts'
import type { WorkSpec } from '../spec.ts'
import { streams } from '../streams.fixture.ts'
import { mean, student } from './theory.fixture.ts'

const wait: DistributionSpec = { kind: 'exponential', mean: 4000 }
const cpu: DistributionSpec = { kind: 'lognormal', mean: 8000, cv: 1.5 }
const open = (rate: number, spec: WorkSpec = { wait, cpu }): RequestSource => openRequests({ pattern: 'poisson', rate }, spec, streams('requests'))

function draw<T>(source: RequestSource, count: number, what: (time: number) => T): T[] {
  return Array.from({ length: count }, () => what(source.next()))
}

describe('requests', () => {
  test('wait and work follow their laws, in whole microseconds (t at 1 %)', () => {
    const source = open(1000)
    const drawn = draw(source, 20_000, () => ({ wait: source.wait, work: source.work, key: source.key }))
    expect(drawn.every((r) => Number.isInteger(r.wait) && Number.isInteger(r.work) && r.wait >= 0 && r.work >= 1 && r.key === -1)).toBe(true)
    expect(Math.abs(student(drawn.map((r) => r.wait), distribution(wait).mean))).toBeLessThan(2.6)
    expect(Math.abs(student(drawn.map((r) => r.work), distribution(cpu).mean))).toBeLessThan(2.6)
  })

  test('wait and work are independent: correlation of their uniforms 0 ± 2.6 / √n', () => {
    const source = open(1000)
    const [waits, works] = [distribution(wait), distribution(cpu)]
    const products = draw(source, 10_000, () => (waits.cdf(source.wait) - 0.5) * (works.cdf(source.work) - 0.5) * 12)
    expect(Math.abs(mean(products))).toBeLessThan(2.6 / Math.sqrt(10_000))
  })

  test('another rate or pattern leaves every wait and work untouched; another wait leaves every work and time untouched', () => {
    const of = (source: RequestSource) => draw(source, 1000, (time) => [time, source.wait, source.work])
    const base = of(open(100))
    expect(of(open(400)).map((r) => r.slice(1))).toEqual(base.map((r) => r.slice(1)))
    const stepped = openRequests({ pattern: 'step', rate: 10, to: 40, at: 1, until: null }, { wait, cpu }, streams('requests'))
    expect(of(stepped).map((r) => r.slice(1))).toEqual(base.map((r) => r.slice(1)))
    const other = of(open(100, { wait: { kind: 'constant', value: 7 }, cpu }))
    expect(other.map((r) => [r[0], r[2]])).toEqual(base.map((r) => [r[0], r[2]]))
    expect(other.every((r) => r[1] === 7)).toBe(true)
  })

  test('work is at least 1, wait at least 0, also where the law reaches below', () => {
    const below: DistributionSpec = { kind: 'normal', mean: 0, sd: 5 }
    const source = open(100, { wait: below, cpu: below })
    const drawn = draw(source, 500, () => [source.wait, source.work])
    expect(Math.min(...drawn.map(([w]) => w))).toBe(0)
    expect(Math.min(...drawn.map(([, w]) => w))).toBe(1)
    const none = open(100, { wait: { kind: 'constant', value: 0 }, cpu: { kind: 'constant', value: 0.2 } })
    none.next()
    expect([none.wait, none.work]).toEqual([0, 1])
  })

  test('the stated rate is that of the arrivals', () => {
    expect(open(250).rateAt(5)).toBe(250)
  })
})
