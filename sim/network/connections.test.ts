/** Balancing by connection in whole runs: who gets requests, and what it costs. */
import { describe, expect, test } from 'vitest'
import type { ConnectionSpec } from '../serving/spec.ts'
import { Simulation } from '../simulation.ts'
import { choose, input, pool, requests, service, shape } from '../testing/input.ts'
import { balancers } from '../slb/index.ts'

const http1: ConnectionSpec = { clients: 10, streams: 1, idle: 100, maxAge: Infinity, handshakes: 1 }

/** 8 pods at 400 requests/s of 5 ms; network 1 ms each way. */
function run(connections?: ConnectionSpec, seconds = 20) {
  const simulation = new Simulation(
    input({
      horizon: seconds * 1e6,
      warmup: 1e6,
      check: true,
      pools: [pool(4, { cpu: 4000 })],
      slb: choose(balancers, 'round-robin'),
      services: [
        service({
          replicas: 8,
          threads: 4,
          networkDelay: 1000,
          shape: shape({ cpu: 1000, limit: 1000 }),
          requests: requests(400, { kind: 'constant', value: 5000 }),
          ...(connections === undefined ? {} : { connections }),
        }),
      ],
    }),
  )
  const { metrics } = simulation.run()
  return { metrics, opened: simulation.parts.network.opened }
}

describe('connections', () => {
  test('without them there is nothing to count; with keep-alive a few connections carry all requests, and every second run is the same', () => {
    expect(run().metrics['connections-opened']).toBeNull()
    const { opened, metrics } = run(http1)
    expect(opened).toBeGreaterThanOrEqual(0)
    expect(opened).toBeLessThan(200)
    expect(metrics).toEqual(run(http1).metrics)
  })

  test('without keep-alive each request opens one, which costs a round trip: 2 + 2 + 5 ms', () => {
    const { metrics } = run({ ...http1, idle: 0 })
    expect(metrics['connections-opened']).toBeGreaterThan(380)
    expect(metrics['latency-p50']).toBeGreaterThanOrEqual(8.9)
    expect(run({ ...http1, idle: 0, handshakes: 2 }).metrics['latency-p50']! - metrics['latency-p50']!).toBeCloseTo(2, 0)
  })

  test('three client processes with one HTTP/2 connection each use three of eight pods', () => {
    const { metrics, opened } = run({ ...http1, clients: 3, streams: 100 })
    expect(opened).toBe(0) // all were opened before the window
    expect(metrics['request-fairness']).toBeLessThan(0.4) // 3/8 with equal shares
  })

  test('an age limit makes a process choose again: one connection in 2 s', () => {
    const { metrics } = run({ ...http1, clients: 3, streams: 100, maxAge: 2e6 })
    expect(metrics['connections-opened']).toBeGreaterThan(1.2)
    expect(metrics['connections-opened']).toBeLessThan(1.6)
    expect(metrics['request-fairness']).toBeGreaterThan(0.8)
  })
})
