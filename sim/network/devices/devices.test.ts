/** Network devices in whole runs against closed forms. */
import { describe, expect, test } from 'vitest'
import { Simulation } from '../../simulation.ts'
import { choose, input, pool, requests, service, shape } from '../../testing/input.ts'
import { balancers } from '../../slb/index.ts'
import { Leases } from './leases.ts'
import type { DeviceSpec } from './spec.ts'

const plain: DeviceSpec = {
  name: 'lb',
  architecture: 'dsr',
  count: 1,
  entryTimeout: 0,
  timeWait: 0,
  delay: 0,
  buffer: 1e6,
  state: 'table',
  standby: false,
  failover: 0,
  failures: [],
}

/** Four pods without queues, 10 us of work, 500 us of network each way. */
function run(devices: readonly DeviceSpec[], { rate = 1000, seconds = 20, request = 1000, response = 14_600, connected = false } = {}) {
  const simulation = new Simulation(
    input({
      horizon: seconds * 1e6,
      warmup: 1e6,
      check: false,
      pools: [pool(1, { cpu: 64_000 })],
      slb: choose(balancers, 'round-robin'),
      devices,
      services: [
        service({
          replicas: 4,
          threads: 0,
          timeout: 1e6,
          networkDelay: 500,
          shape: shape({ cpu: 1000 }),
          requests: requests(rate, { kind: 'constant', value: 10 }),
          ...(devices.length === 0 ? {} : { path: { devices: devices.map((_, row) => row), request, response } }),
          ...(connected ? { connections: { clients: 200, streams: 100, idle: 100, maxAge: Infinity, handshakes: 0 } } : {}),
        }),
      ],
    }),
  )
  return { ...simulation.run().metrics, devices: simulation.parts.network.devices }
}

describe('network devices', () => {
  test('a packet processor with direct server return is an M/D/1: wait = rho / (2 mu (1 - rho)), at rho = 0.8', () => {
    // 4 packets of set-up and 1 segment; an empty response has no acknowledgements.
    const perFlow = 5
    const { 'device-delay': delay, 'device-utilization': busy } = run([{ ...plain, packets: (1000 * perFlow) / 0.8 }], {
      response: 0,
      seconds: 60,
    })
    const service = 0.8 // ms
    expect(busy).toBeGreaterThan(78)
    expect(busy).toBeLessThan(82)
    const theory = service + (0.8 * service) / (2 * (1 - 0.8))
    expect(Math.abs(delay! - theory) / theory).toBeLessThan(0.05)
  })

  test('utilisation of each architecture = packets a flow x rate / capacity', () => {
    const packets = { nat: 7 + 10 + 5, dsr: 5 + 5, tunnel: 5 + 6, distributed: 4, proxy: 2 * 6 + 1 + 10 + 2 * 5 }
    for (const [architecture, count] of Object.entries(packets)) {
      const { 'device-utilization': busy } = run(
        [{ ...plain, architecture: architecture as DeviceSpec['architecture'], packets: 100_000 }],
        { seconds: 9 },
      )
      // 14,600 bytes are 10 segments of 1,460 and 11 of 1,440, acknowledged by 5 and 6 packets.
      expect(Math.abs(busy! - count) / count, architecture).toBeLessThan(0.03)
    }
  })

  test('the link of a device with NAT carries responses, with direct server return only requests: bytes x 8 x rate / bandwidth', () => {
    const bytes = { nat: 1000 + 14_600 + (7 + 10 + 5) * 78, dsr: 1000 + (5 + 5) * 78 }
    for (const [architecture, sum] of Object.entries(bytes)) {
      const { 'device-utilization': busy } = run([{ ...plain, architecture: architecture as DeviceSpec['architecture'], bandwidth: 1e9 }], {
        seconds: 9,
      })
      const expected = (100 * sum * 8 * 1000) / 1e9
      expect(Math.abs(busy! - expected) / expected, architecture).toBeLessThan(0.03)
    }
  })

  test('source ports: at most ports / time-wait flows a second and pod; 4 pods, 1,000 ports, 10 s: 400 of 1,000 a second', () => {
    const { 'device-refusals': refused } = run([{ ...plain, architecture: 'nat', ports: 1000, timeWait: 10e6 }], { seconds: 61 })
    expect(Math.abs(refused! - 60)).toBeLessThan(3)
  })

  test('table entries = rate x (duration + timeout): 2,000 are enough for 1,000 flows/s of 1 s, 500 for a half of them', () => {
    expect(run([{ ...plain, entries: 2000, entryTimeout: 1e6 }])['device-refusals']).toBe(0)
    expect(Math.abs(run([{ ...plain, entries: 500, entryTimeout: 1e6 }])['device-refusals']! - 50)).toBeLessThan(3)
  })

  test('two tiers: the constant delays add up, and responses do not return through direct server return', () => {
    const edge = { ...plain, name: 'edge', delay: 50 }
    const { 'device-delay': delay } = run([edge, { ...plain, name: 'proxies', architecture: 'proxy', delay: 100 }])
    expect(delay).toBeCloseTo(0.05 + 2 * 0.1, 5)
  })

  test('fail-over: without the entries of the failed device its connections are reset, with consistent hashing they live', () => {
    const failing = {
      ...plain,
      architecture: 'nat' as const,
      count: 4,
      failover: 1e6,
      failures: [{ at: 5e6, duration: 10e6, instance: 1 }],
    }
    const broken = run([failing], { connected: true })['flows-broken']!
    expect(broken).toBeGreaterThan(20) // a quarter of 200 connections, and some again when the instance is back
    const kept = run([{ ...failing, state: 'consistent' }], { connected: true })
    expect(kept['flows-broken']).toBe(0)
    // A quarter of the requests of one second of nineteen is lost before the failure is known.
    expect(Math.abs(kept['device-losses']! - 100 / 4 / 19)).toBeLessThan(0.6)
  })

  test('without a path nothing is counted', () => {
    const { devices, 'device-utilization': busy } = run([])
    expect(devices).toBeNull()
    expect(busy).toBeNull()
  })
})

test('leases end a constant time after their release; a key that is used again begins with none', () => {
  const leases = new Leases(100)
  for (let i = 0; i < 100; i++) leases.take(3, 0)
  for (let i = 0; i < 100; i++) leases.release(3, 0, i)
  expect(leases.count(3, 0, 149)).toBe(50)
  expect(leases.count(3, 1, 149)).toBe(0)
  leases.take(3, 1)
  expect(leases.count(3, 1, 1000)).toBe(1)
})
