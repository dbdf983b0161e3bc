/** Node pressure: thresholds over time, the order of victims and the kernel's scores by hand; whole runs with arithmetic. */
import { describe, expect, it } from 'vitest'
import type { MemorySpec } from '../../input.ts'
import { pool, requests, shape } from '../../testing/input.ts'
import { SECOND, simulate, version } from '../orchestration/runs.fixture.ts'
import { evictedFirst, oomScoreAdjust } from './ranking.ts'
import type { EvictionSpec } from './spec.ts'
import { Thresholds } from './thresholds.ts'

const eviction = (partial: Partial<EvictionSpec> = {}): EvictionSpec => ({
  hard: 100,
  soft: 0,
  softGrace: 30,
  maxPodGrace: 0,
  minimumReclaim: 0,
  transition: 300,
  ...partial,
})

describe('thresholds', () => {
  const course = (spec: EvictionSpec, looks: readonly (readonly [time: number, available: number])[]) => {
    const thresholds = new Thresholds(spec)
    return looks.map(([time, available]) => `${thresholds.check(available, time) ?? '-'} ${thresholds.pressure ? 'pressure' : ''}`.trim())
  }

  it('a hard one asks at once; the condition stays until 300 s after it was met for the last time', () => {
    expect(course(eviction(), [[0, 100], [10, 99], [20, 100], [309, 100], [310, 100]])).toEqual(['-', 'hard pressure', '- pressure', '- pressure', '-']) // prettier-ignore
  })

  it('a soft one asks after its grace, which begins again when it was not met; the condition comes at once', () => {
    const looks = [[0, 150], [20, 150], [30, 150], [40, 200], [50, 150], [60, 99]] as const // prettier-ignore
    expect(course(eviction({ soft: 200 }), looks)).toEqual(['- pressure', '- pressure', 'soft pressure', '- pressure', '- pressure', 'hard pressure']) // prettier-ignore
  })

  it('with a minimum reclaim it is met until that much more is available', () => {
    expect(course(eviction({ minimumReclaim: 50 }), [[0, 99], [10, 149], [20, 150], [30, 120]])).toEqual(['hard pressure', 'hard pressure', '- pressure', '- pressure']) // prettier-ignore
  })
})

describe('victims', () => {
  const user = (name: string, usage: number, request: number, priority = 0) => ({ name, usage, request, priority })

  it('exceed their request first, then have a lower priority, then use most above their request; QoS plays no part', () => {
    const pods = [
      user('guaranteed below its request', 90, 100),
      user('important above', 300, 100, 10),
      user('above by 50', 150, 100),
      user('above by 60', 60, 0),
      user('unimportant below', 10, 100, -1),
    ]
    expect(pods.sort(evictedFirst).map(({ name }) => name)).toEqual([
      'above by 60',
      'above by 50',
      'important above',
      'unimportant below',
      'guaranteed below its request',
    ])
  })

  it.each([
    [64, 997],
    [1024, 938],
    [4096, 750],
  ])('oom_score_adj of a request of %i MiB on 16 GiB: %i', (mebi, adjust) => {
    expect(oomScoreAdjust('Burstable', mebi * 1024 * 1024, 16 * 1024 * 1024 * 1024)).toBe(adjust)
    expect([oomScoreAdjust('Guaranteed', 1, 2), oomScoreAdjust('BestEffort', 0, 2)]).toEqual([-997, 1000])
  })
})

describe('nodes under pressure', () => {
  const memory = (partial: Partial<MemorySpec>): MemorySpec => ({
    base: 100,
    perRequest: 0,
    leak: 0,
    max: Infinity,
    limit: Infinity,
    ...partial,
  })
  const spec = (partial: Partial<EvictionSpec> = {}) => eviction({ transition: 300 * SECOND, softGrace: 30 * SECOND, ...partial })

  /** Two replicas of a request of 100 on a node of 1000, besides the hard threshold of 100; a second node is too small for a third. */
  const run = (curve: Partial<MemorySpec>, rest: Parameters<typeof simulate>[0] = {}) =>
    simulate({
      versions: [version('v1', { start: 0, memory: memory(curve), shape: shape({ cpu: 100, memory: 100 }) })],
      eviction: spec(),
      ...rest,
      service: { replicas: 2, probe: 0, requests: requests(1, { kind: 'constant', value: 1 }), ...rest.service },
      run: { pools: [pool(1, { cpu: 8000, memory: 1000 })], horizon: 600 * SECOND, ...rest.run },
    })

  it('two pods of base 100 that leak 1 per second use 1,000 after 400 s: one is evicted at the look of 410 s and replaced', () => {
    const found = run({ leak: 1 })
    // Then 510 + (t - 410) + 100 + (t - 411) up to the horizon of 600 s: less than 1,000.
    expect(found).toMatchObject({ 'evictions-pressure': 1, evictions: 1, 'node-oom-kills': 0, 'oom-kills': 0 })
    expect(found['memory-pressure']).toBe(190)
    expect(found['container-restarts']).toBe(0)
    expect(found.unavailable).toBeLessThanOrEqual(1)
  })

  it('the condition ends 300 s after the last look at which memory was short', () => {
    expect(run({ leak: 1, max: 600 }, { run: { horizon: 715 * SECOND } })['memory-pressure']).toBe(300)
  })

  it('a curve that stays below, or a run without eviction, evicts nothing', () => {
    expect(run({ leak: 1, max: 500 })['evictions-pressure']).toBe(0)
    expect(run({ leak: 1 }, { eviction: undefined } as never).evictions).toBe(0)
  })

  it('a leak of 100 per second is found when the kernel must kill: 2 × 1,100 of 1,100 at 10 s', () => {
    const found = run({ leak: 100 }, { run: { horizon: 15 * SECOND } })
    expect(found).toMatchObject({ 'node-oom-kills': 1, 'evictions-pressure': 1 })
  })
})
