/** Probes in runs, against the documented behaviour of the kubelet (prober/worker.go of Kubernetes 1.34). */
import { describe, expect, it } from 'vitest'
import type { ProbeSpec, Version } from '../../input.ts'
import { requests, script } from '../../testing/input.ts'
import { at, SECOND, simulate, version } from './runs.fixture.ts'

const probe = (partial: Partial<ProbeSpec> = {}): ProbeSpec => ({
  initialDelay: 0,
  period: 10 * SECOND,
  timeout: SECOND,
  successThreshold: 1,
  failureThreshold: 3,
  // With a thread of the pod, 1 ms of CPU.
  answer: { work: 1000 },
  ...partial,
})

/** One pod of one version, which listens at once. */
const one = (partial: Partial<Version>, rest: Parameters<typeof simulate>[0] = {}) =>
  simulate({ versions: [version('v1', { start: 0, ...partial })], ...rest, service: { replicas: 1, ...rest.service } })

/** The pod of the start is deleted at 100 s, so that its successor starts cold. */
const replaced = (partial: Partial<Version>, rest: Parameters<typeof simulate>[0] = {}) =>
  one(partial, { ...rest, actions: [at(100, { kind: 'delete-pods', workload: 0, count: 1 })] })

describe('liveness probe', () => {
  it('period 10, timeout 1, 3 failures, grace 30: a hang lasts 20 to 30 s, 1 s of timeout and the grace; then it starts at once', () => {
    const found = one(
      { hangAfter: 100 * SECOND, probes: { liveness: probe() } },
      { service: { grace: 30 * SECOND }, run: { horizon: 200 * SECOND } },
    )
    expect(found['probe-kills']).toBe(1)
    expect(found['container-restarts']).toBe(1)
    expect(found.unavailable).toBeGreaterThanOrEqual(20 + 1 + 30)
    expect(found.unavailable).toBeLessThanOrEqual(30 + 1 + 30)
  })

  it('its own grace replaces that of the pod', () => {
    const found = one(
      { hangAfter: 100 * SECOND, probes: { liveness: probe({ grace: 5 * SECOND }) } },
      { service: { grace: 30 * SECOND }, run: { horizon: 200 * SECOND } },
    )
    expect(found.unavailable).toBeGreaterThanOrEqual(20 + 1 + 5)
    expect(found.unavailable).toBeLessThanOrEqual(30 + 1 + 5)
  })

  it('restarts follow the back-off: hangs after 5 s, killed 31 s to 41 s later, at once, then after 10, 20, 40 s', () => {
    const found = one({ hangAfter: 5 * SECOND, probes: { liveness: probe({ failureThreshold: 1 }) } }, { service: { grace: 0 } })
    // A life takes 10 s and a timeout of 1 s: 11 s + waits of 0, 10, 20, 40, 80, 160, 300 and 300 s; the ticker stays in phase.
    expect(found['container-restarts']).toBe(8)
  })

  it('without one a process that hangs stays in the endpoints for ever', () => {
    const found = one({ hangAfter: 100 * SECOND }, { service: { timeout: SECOND }, run: { horizon: 200 * SECOND } })
    expect(found['container-restarts']).toBe(0)
    expect(found.unavailable).toBeCloseTo(100, 3)
    expect(found['errors-timed-out']).toBeGreaterThan(45) // %, of 200 s
  })
})

describe('startup probe', () => {
  const startup = probe({ failureThreshold: 30 })

  it.each([
    [299, 0],
    [301, 1],
  ])('30 failures of 10 s allow 300 s: a start of %i s is killed %i times within 400 s', (start, kills) => {
    const found = replaced({ start: start * SECOND, probes: { startup, liveness: probe() } }, { run: { horizon: 500 * SECOND } })
    expect(found['probe-kills']).toBe(kills)
  })

  it('liveness probes wait for it: without it a start of 60 s is killed after 30 s, again and again', () => {
    const slow = { start: 60 * SECOND }
    expect(replaced({ ...slow, probes: { startup, liveness: probe() } })['probe-kills']).toBe(0)
    expect(replaced({ ...slow, probes: { liveness: probe({ initialDelay: 60 * SECOND }) } })['probe-kills']).toBe(0)
    const found = replaced({ ...slow, probes: { liveness: probe(), readiness: probe() } })
    // Lives of 30 s and waits of 0, 10, 20, 40, 80, 160 and 300 s: the eighth ends after 850 s, the next wait is longer than the run.
    expect(found['probe-kills']).toBe(8)
    expect(found.unavailable).toBeCloseTo(1100, 3)
  })
})

describe('readiness probe', () => {
  it('is triggered when the start is noticed, within a second, and then each period: a start of 25 s is ready after 30 to 31 s', () => {
    const found = replaced({ start: 25 * SECOND, probes: { readiness: probe() } })
    expect(found.unavailable).toBeGreaterThan(30)
    expect(found.unavailable).toBeLessThan(31)
    expect(found['probe-kills']).toBe(0)
  })

  it('after a startup probe it is triggered by the success: a start of 25 s is ready after 30 s', () => {
    const found = replaced({ start: 25 * SECOND, probes: { startup: probe(), readiness: probe({ period: 60 * SECOND }) } })
    expect(found.unavailable).toBeCloseTo(30, 3)
  })

  it('needs successThreshold successes', () => {
    const found = replaced({ start: 0, probes: { readiness: probe({ successThreshold: 3 }) } })
    expect(found.unavailable).toBeGreaterThan(20)
    expect(found.unavailable).toBeLessThan(21)
  })

  it('without one a pod gets requests before its process listens: they are refused for the start of 25 s', () => {
    const found = replaced({ start: 25 * SECOND, probes: { liveness: probe({ initialDelay: 30 * SECOND }) } })
    expect(found.unavailable).toBeCloseTo(25, 3)
    expect(Math.abs(found['errors-refused']! / ((100 * 25) / 1200) - 1)).toBeLessThan(0.15) // %, of 1200 s
  })

  it('takes a pod that hangs out of the endpoints after its failures', () => {
    const found = one(
      { hangAfter: 100 * SECOND, probes: { readiness: probe() } },
      { service: { timeout: SECOND }, run: { horizon: 200 * SECOND } },
    )
    expect(found['probe-removals']).toBe(1)
    // Failures after 20 to 30 s and a timeout, of 200 s.
    expect(found['errors-timed-out']).toBeLessThan((100 * 33) / 200)
    expect(found['errors-no-backend']).toBeGreaterThan((100 * 67) / 200)
  })
})

describe('a probe under overload', () => {
  /** Twenty requests per second of 100 ms each for one thread: the queue grows by one second each second. */
  const overload = { replicas: 1, threads: 1, grace: 0, requests: requests(20, { kind: 'constant', value: 100_000 }) }

  it('waits in the queue of the pod: liveness restarts an overloaded pod that answers all its requests', () => {
    const found = one({ probes: { liveness: probe() } }, { service: overload, run: { horizon: 200 * SECOND } })
    expect(found['probe-kills']).toBeGreaterThan(3)
    expect(found['errors-lost']! + found['errors-reset']!).toBeGreaterThan(0)
  })

  it('answered in a fixed time it notices nothing; a time beyond the timeout fails always', () => {
    const run = { service: overload, run: { horizon: 200 * SECOND } }
    expect(one({ probes: { liveness: probe({ answer: { time: 5000 } }) } }, run)['probe-kills']).toBe(0)
    expect(replaced({ probes: { liveness: probe({ answer: { time: 2 * SECOND } }) } })['probe-kills']).toBeGreaterThan(3)
  })

  it.each([
    [3.5, 0],
    [4.5, 1],
  ])('timeout 4 s, one failure: a request of %f s before the probe makes it fail %i times', (work, removals) => {
    // The successor starts at 100 s; its readiness ticks at 100 s plus the draw, then each 10 s. The request arrives within a second before.
    const found = replaced(
      { probes: { readiness: probe({ timeout: 4 * SECOND, failureThreshold: 1, period: SECOND }) } },
      { service: { replicas: 1, threads: 1, requests: script([[150_000, 0, (work + 0.5) * 1000]]) }, run: { horizon: 300 * SECOND } },
    )
    expect(found['probe-removals']).toBe(removals)
  })
})

describe('the cost of probes', () => {
  it('idle pods that are healthy need no events', () => {
    const probes = { startup: probe(), readiness: probe(), liveness: probe() }
    const rest = { service: { replicas: 20, requests: script([]) } }
    const without = one({ start: 0 }, rest)
    expect(one({ probes }, rest).result.events).toBe(without.result.events)
  })
})
