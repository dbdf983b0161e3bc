/** Results by service and by call, with values computed by hand. */
import { describe, expect, it } from 'vitest'
import { simulate } from '../simulation.ts'
import { balancers } from '../slb/index.ts'
import { call, choose, cost, input, NO_REQUESTS, pool, script, service, shape, type FlatInput } from '../testing/input.ts'
import type { RequestSource } from '../input.ts'

const core = shape({ cpu: 100, limit: 1000, memory: 1 })
const ten = Array.from({ length: 10 }, (_, i) => [1000 * i, 0, 5] as const)

describe('by service and by call', () => {
  const web = service({ name: 'web', threads: 0, shape: core, requests: script(ten), steps: [{ calls: [0, 0] }] })
  const db = service({ name: 'db', threads: 0, shape: core, replicas: 2, requests: NO_REQUESTS })
  const toDb = call({ name: 'web->db', caller: 0, service: 1, cost: cost({ kind: 'constant', value: 20_000 }) })
  const around = { horizon: 20e6, sample: 20e6, pools: [pool(2)] }

  it('ten requests with two calls each: the totals count ten, db and its call count twenty of 20 ms', () => {
    const { metrics, scopes = [] } = simulate({
      ...input({ ...around, services: [web, db], slb: choose(balancers, 'round-robin') }),
      calls: [toDb],
    })
    expect(metrics['latency-mean']).toBeCloseTo(25, 9)
    expect(scopes.map(({ kind, name, metrics: of }) => [kind, name, of['requests'], of['latency-mean'], of['requests-per-pod']])).toEqual([
      ['service', 'web', 0.5, 25, null],
      ['service', 'db', 1, 20, 1],
      ['call', 'web->db', 1, 20, null],
    ])
  })
  it('errors by cause: calls of a service without pods fail with no backend, and so do the requests', () => {
    const dead = { ...db, replicas: 0, minReplicas: 0 }
    const { metrics, scopes = [] } = simulate({ ...input({ ...around, services: [web, dead] }), calls: [toDb] })
    expect(metrics['errors-no-backend']).toBe(100)
    // The first of the two calls fails at once, so the second is not made.
    expect(scopes.map(({ metrics: of }) => [of['requests'], of['errors-no-backend'], of['errors-cancelled']])).toEqual([
      [0.5, 100, 0],
      [0.5, 100, 0],
      [0.5, 100, 0],
    ])
  })
  it('one service without calls has no results beside those of the run', () => {
    expect(simulate(input({ ...around, services: [service()] })).scopes).toBeUndefined()
  })
})

describe('requests per pod, largest over mean', () => {
  const sticky = (): RequestSource => {
    let row = -1
    return {
      next: () => ++row * 10_000,
      wait: 0,
      work: 1000,
      get key() {
        return row % 3
      },
      rateAt: () => 100,
    }
  }
  const eight = (slb: FlatInput['slb']) =>
    simulate(
      input({
        horizon: 80e6,
        sample: 80e6,
        pools: [pool(8)],
        services: [service({ threads: 0, replicas: 8, shape: core, requests: sticky })],
        slb,
      }),
    )

  it('round-robin over eight pods: 1', () => {
    expect(eight(choose(balancers, 'round-robin')).metrics['requests-per-pod']).toBeLessThanOrEqual(1 + 8 / 8001)
  })
  it('three clients that stick to their pods: at least 8/3, whichever pods these are', () => {
    expect(eight(choose(balancers, 'source-hash')).metrics['requests-per-pod']).toBeGreaterThan(8 / 3 - 0.001)
  })
  it('a single pod has nothing to compare with', () => {
    expect(simulate(input({ services: [service()] })).metrics['requests-per-pod']).toBeNull()
  })
})
