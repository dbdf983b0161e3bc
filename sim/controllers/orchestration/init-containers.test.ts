/** Init containers and sidecars in runs: order, back-off and sandboxes as the kubelet of Kubernetes 1.34 has them. */
import { describe, expect, it } from 'vitest'
import type { InitContainer, Version } from '../../input.ts'
import { pool, script } from '../../testing/input.ts'
import { at, SECOND, simulate, version } from './runs.fixture.ts'

const step = (seconds: number, partial: Partial<InitContainer> = {}): InitContainer => ({
  name: 'init',
  sidecar: false,
  pull: 0,
  time: seconds * SECOND,
  failures: 0,
  ...partial,
})

/** The pod of the start is deleted at 100 s, so that its successor starts cold. */
const replaced = (init: readonly InitContainer[], partial: Partial<Version> = {}, rest: Parameters<typeof simulate>[0] = {}) =>
  simulate({
    versions: [version('v1', { start: 5 * SECOND, init, ...partial })],
    service: { replicas: 1, probe: 0, requests: script([]) },
    actions: [at(100, { kind: 'delete-pods', workload: 0, count: 1 })],
    ...rest,
  })

describe('init containers', () => {
  it('run one after another, then the image of the pod is pulled: (4 + 10) + 20 + 3 + 5 s', () => {
    const found = replaced([step(10, { pull: 4 * SECOND }), step(20)], { pull: 3 * SECOND })
    expect(found.unavailable).toBeCloseTo(4 + 10 + 20 + 3 + 5, 3)
    expect(found['container-restarts']).toBe(0)
  })

  it('the next begins when a sidecar has started', () => {
    expect(replaced([step(7, { sidecar: true }), step(8)]).unavailable).toBeCloseTo(7 + 8 + 5, 3)
  })

  it('an init container that always fails after 5 s runs at 0, 5, 20, 45, 90, 175, 340 and 645 s; the pod is never ready', () => {
    const found = replaced([step(5, { failures: 1 })], {}, { run: { horizon: 800 * SECOND } })
    expect(found['container-restarts']).toBe(7)
    expect(found.unavailable).toBeCloseTo(700, 3)
  })

  it('share f of failures and runs of 1 s: a pod needs 1/(1 - f) runs, f/(1 - f) restarts, on average', () => {
    const found = replaced(
      [step(1, { failures: 0.5 })],
      {},
      {
        service: { replicas: 400, probe: 0, requests: script([]) },
        actions: [at(100, { kind: 'delete-pods', workload: 0, count: 400 })],
        run: { horizon: 4000 * SECOND, pools: [pool(400, { cpu: 4000 })] },
      },
    )
    // Variance of a geometric number of failures: f/(1 - f)^2 = 2; four standard deviations of the sum over 400 pods.
    expect(Math.abs(found['container-restarts']! - 400)).toBeLessThan(4 * Math.sqrt(2 * 400))
  })

  it('do not run again when a container starts again, but after a reboot of the node', () => {
    const crashing = replaced([step(30)], { start: 0 }, { actions: [], faults: [at(100, { kind: 'pod-crash', workload: 0, count: 1 })] })
    expect(crashing.unavailable).toBeLessThan(1)
    const nodes = { count: Infinity }
    const rebooted = replaced(
      [step(30)],
      { start: 0 },
      { actions: [], faults: [at(100, { kind: 'node-crash', nodes, duration: 10 * SECOND })] },
    )
    expect(rebooted.unavailable).toBeCloseTo(10 + 30, 3)
  })

  it('pods of the start have run since long before', () => {
    expect(replaced([step(30)], {}, { actions: [] }).unavailable).toBe(0)
  })
})
