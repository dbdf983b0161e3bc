import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PodSource, RequestSource } from '../../sim/index.ts'
import { podsUntil } from '../synthetic/theory.fixture.ts'
import { podShape } from './demand.ts'
import { MergedPods, MergedRequests } from './merge.ts'

/** Requests at these times, whose work says where they come from. */
function requests(times: readonly number[], tag: number): RequestSource {
  let at = -1
  return { next: () => (++at < times.length ? times[at] : Infinity), wait: 0, work: tag, key: tag, rateAt: () => 0.5 }
}

function pods(times: readonly number[], tag: number): PodSource {
  let at = -1
  return {
    next: () => (++at < times.length ? times[at] : Infinity),
    shape: 0,
    duration: tag,
    meanDuration: tag,
    stationary: false,
    notes: [`from ${tag}`],
    shapes: [podShape({ cpu: tag, memory: 1, gpus: 0, gpuMilli: 0, gpuModels: [] }, 1, false)],
  }
}

const times = fc.array(fc.nat(100), { maxLength: 20 }).map((list) => list.sort((a, b) => a - b))

describe('merge', () => {
  const drawn = (source: RequestSource): { time: number; tag: number }[] => {
    const met: { time: number; tag: number }[] = []
    for (let time = source.next(); time < Infinity; time = source.next()) met.push({ time, tag: source.work })
    return met
  }
  const sorted = (met: readonly { time: number; tag: number }[]): unknown[] => [...met].sort((x, y) => x.time - y.time || x.tag - y.tag)

  test('is commutative up to the order of ties, associative, and loses nothing', () => {
    fc.assert(
      fc.property(times, times, times, (a, b, c) => {
        const abc = drawn(new MergedRequests([requests(a, 1), requests(b, 2), requests(c, 3)]))
        expect(abc.map(({ time }) => time)).toEqual([...a, ...b, ...c].sort((x, y) => x - y))
        expect(sorted(drawn(new MergedRequests([requests(c, 3), requests(a, 1), requests(b, 2)])))).toEqual(sorted(abc))
        expect(drawn(new MergedRequests([new MergedRequests([requests(a, 1), requests(b, 2)]), requests(c, 3)]))).toEqual(abc)
        expect(drawn(new MergedRequests([requests(a, 1)]))).toEqual(a.map((time) => ({ time, tag: 1 })))
      }),
    )
  })
  test('at one instant the first source comes first; rates add up', () => {
    expect(drawn(new MergedRequests([requests([5, 5], 1), requests([5], 2)])).map(({ tag }) => tag)).toEqual([1, 1, 2])
    expect(new MergedRequests([requests([], 1), requests([], 2)]).rateAt(0)).toBe(1)
  })
  test('pods carry their shape, duration and notes along', () => {
    const source = new MergedPods([pods([1, 4], 7), pods([2, 3], 9)])
    const met = podsUntil(source, Infinity)
    expect(met.map(({ time, duration }) => [time, duration])).toEqual([
      [1, 7],
      [2, 9],
      [3, 9],
      [4, 7],
    ])
    expect(met.map(({ shape }) => source.shapes[shape].cpu)).toEqual([7, 9, 9, 7])
    expect(source.notes).toEqual(['from 7', 'from 9'])
  })
  test('what cannot be merged is refused', () => {
    expect(() => new MergedPods([])).toThrow('none; accepted: at least one')
    expect(() => new MergedPods([{ ...pods([], 1), released: () => false }])).toThrow('a source that depends on the ends of pods')
    expect(() => new MergedPods([pods([], 1), { ...pods([], 1), stationary: true }])).toThrow('stationary and recorded')
    expect(() => new MergedRequests([{ ...requests([], 1), completed: () => true }])).toThrow('a closed loop')
  })
})
