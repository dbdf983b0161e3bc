/** Containers out of memory: the curve base + leak × age + perRequest × requests against the limit, restarts by the kubelet's back-off. */
import { describe, expect, it } from 'vitest'
import type { MemorySpec } from '../../input.ts'
import { requests, script } from '../../testing/input.ts'
import { SECOND, simulate, version } from './runs.fixture.ts'

const curve = (partial: Partial<MemorySpec>): MemorySpec => ({ base: 100, perRequest: 0, leak: 0, max: Infinity, limit: 200, ...partial })

const run = (memory: MemorySpec, rest: Parameters<typeof simulate>[0] = {}) =>
  simulate({ versions: [version('v1', { start: 0, memory })], ...rest, service: { replicas: 1, requests: script([]), ...rest.service } })

describe('memory of containers', () => {
  it('base 100, 1 per second, limit 200: killed each 100 s of life; waits 0, 10, 20, 40, 80, 160, 300 s', () => {
    // Kills at 100, 200, 310, 430, 570, 750 and 1010 s, each up to a second later; the next life begins after 1310 s.
    const found = run(curve({ leak: 1 }))
    expect(found['oom-kills']).toBe(7)
    expect(found['container-restarts']).toBe(6)
  })

  it('a leak that ends at the limit kills nothing, nor does use at the limit', () => {
    expect(run(curve({ leak: 1, max: 200 }))['oom-kills']).toBe(0)
    expect(run(curve({ base: 200 }))['oom-kills']).toBe(0)
  })

  it.each([
    [3, 0],
    [4, 1],
  ])('base 0, 10 per request, limit 35: %i requests at once kill it %i times', (count, kills) => {
    const rows = Array.from({ length: count }, () => [10_000, 1000, 1] as const)
    const found = run(curve({ base: 0, perRequest: 10, limit: 35 }), { service: { threads: 0, requests: script(rows) } })
    expect(found['oom-kills']).toBe(kills)
    expect(found['errors-lost']).toBe((100 * kills * count) / count)
  })

  it('requests that have left are not counted: a check that comes too early is made again', () => {
    // Two requests of 20 s at 10 s: the limit would be reached at 80 s; without them it is at 100 s.
    const rows = Array.from({ length: 2 }, () => [10_000, 20_000, 1] as const)
    const at = (horizon: number) =>
      run(curve({ leak: 1, perRequest: 10 }), { service: { threads: 0, requests: script(rows) }, run: { horizon: horizon * SECOND } })
    expect(at(99)['oom-kills']).toBe(0)
    expect(at(101)['oom-kills']).toBe(1)
  })

  it('under overload the queue itself kills the pod', () => {
    // Twenty requests per second arrive and ten leave: a hundred are inside after ten seconds.
    const overload = { threads: 1, requests: requests(20, { kind: 'constant', value: 100_000 }) }
    const found = run(curve({ base: 0, perRequest: 1, limit: 100 }), { service: overload, run: { horizon: 60 * SECOND } })
    expect(found['oom-kills']).toBeGreaterThan(1)
  })
})
