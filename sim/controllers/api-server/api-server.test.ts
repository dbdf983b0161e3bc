/** The API server as a queue, alone and in runs: formulas of queueing theory, levels, and what users feel of a slow one. */
import { describe, expect, it } from 'vitest'
import { Simulator } from '../../engine/simulator.ts'
import type { Action, ApiServerSpec, Fault, Orchestration } from '../../input.ts'
import { ApiRecorder } from '../../measure/api-recorder.ts'
import { distribution } from '../../random/distributions.ts'
import { Streams } from '../../random/stream.ts'
import { Simulation } from '../../simulation.ts'
import { erlangC, input, noDelays, pool, requests, service, shape, type FlatInput } from '../../testing/index.ts'
import { Components } from '../components.ts'
import { ApiClient, type ClientLimits } from '../kubernetes/api-client.ts'
import { ReplicaSetController } from '../kubernetes/replica-set.ts'
import { TimedPods } from '../kubernetes/timed-pods.ts'
import { deployment } from '../orchestration/runs.fixture.ts'
import { ApiServer, seatsOf } from './api-server.ts'
import { Seats } from './seats.ts'

const SECOND = 1e6
const UNBOUNDED = { queue: Infinity, wait: Infinity }
const constant = (value: number) => ({ kind: 'constant', value }) as const

describe('seats', () => {
  it('D/D/c: n requests at once with time s are answered at s ⌈i / c⌉', () => {
    const seats = new Seats({ seats: 3, ...UNBOUNDED })
    const times = Array.from({ length: 10 }, () => seats.take(100, 50).time)
    expect(times).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4].map((turn) => 100 + 50 * turn))
  })

  it('M/M/c: the mean wait is C(c, a) / (c μ - λ), here c = 4, a = 3.2', () => {
    const streams = new Streams(1, 0)
    const [gaps, works] = [streams.stream('gaps'), streams.stream('works')]
    const seats = new Seats({ seats: 4, ...UNBOUNDED })
    const gap = distribution({ kind: 'exponential', mean: 1e6 })
    const work = distribution({ kind: 'exponential', mean: 3.2e6 })
    let now = 0
    let waits = 0
    const n = 400_000
    for (let i = 0; i < n; i++) {
      now += gap.quantile(gaps.next())
      const duration = work.quantile(works.next())
      waits += seats.take(now, duration).time - duration - now
    }
    const expected = erlangC(4, 3.2) / (4 / 3.2 - 1)
    expect(waits / n / 1e6 / expected).toBeGreaterThan(0.96)
    expect(waits / n / 1e6 / expected).toBeLessThan(1.04)
  })

  it('a full queue refuses at once, and who would wait too long is refused after that time', () => {
    const seats = new Seats({ seats: 1, queue: 2, wait: 100 })
    const taken = Array.from({ length: 4 }, () => ({ ...seats.take(0, 80) }))
    expect(taken).toEqual([
      { time: 80, refused: false },
      { time: 160, refused: false },
      { time: 100, refused: true },
      { time: 0, refused: true },
    ])
    // At 100 one of the two has its seat and the other has left.
    expect({ ...seats.take(100, 80) }).toEqual({ time: 240, refused: false })
  })
})

/** A server and what has become of requests: times of their answers [s]. */
function serverOf(spec: Partial<ApiServerSpec>) {
  const simulator = new Simulator()
  const streams = new Streams(1, 0)
  const api = new ApiRecorder(0)
  const apiServer = { latency: constant(0.1 * SECOND), inFlight: 600, fairness: true, ...spec }
  const components = new Components({ simulator, streams, input: {} })
  const server = ApiServer.of({ simulator, streams, components, api, input: { apiServer } })!
  return { simulator, server, api, components }
}

const SENT = 400

describe('the API server', () => {
  it('600 seats: ⌈600 · 30 / 245⌉ for kubelets, 98 for the control plane, 245 for others', () => {
    expect([seatsOf(600, 'system'), seatsOf(600, 'workload-high'), seatsOf(600, 'workload-low')]).toEqual([74, 98, 245])
  })

  it('others that send twice what it can do delay nobody with fairness; without it requests are refused and sent again', () => {
    const answered = (fairness: boolean) => {
      // 20 seats, 4 of them for the control plane and 9 for others: 200, 40 and 90 requests per second.
      const { simulator, server, api } = serverOf({ inFlight: 20, fairness })
      server.loads(400)
      let waits = 0
      // Times whose fractions of a second differ, so that those that are sent again do not meet.
      for (let i = 1; i <= SENT; i++) {
        const time = Math.round(i * 7.3137 * SECOND)
        simulator.call(time, () => server.serve('workload-high', () => (waits += simulator.now - time)))
      }
      simulator.run(20_000 * SECOND)
      return { mean: waits / SENT / SECOND, refusals: api.refusals }
    }
    expect(answered(true)).toEqual({ mean: 0.1, refusals: 0 })
    // Erlang's loss formula with 40 erlangs on 20 seats, by its recursion; a refusal costs a second.
    let loss = 1
    for (let seats = 1; seats <= 20; seats++) loss = (40 * loss) / (seats + 40 * loss)
    const { mean, refusals } = answered(false)
    expect(refusals / (refusals + SENT)).toBeGreaterThan(loss - 0.05)
    expect(refusals / (refusals + SENT)).toBeLessThan(loss + 0.05)
    expect(mean).toBeCloseTo(0.1 + refusals / SENT, 6)
  })

  it('is slow for a while, and what finds it down is answered when it is back', () => {
    const { simulator, server, components } = serverOf({})
    const at: number[] = []
    const send = (): void => server.serve('system', () => at.push(simulator.now / SECOND))
    server.slows(20)
    send()
    simulator.call(10 * SECOND, () => server.slows(1 / 20))
    simulator.call(11 * SECOND, send)
    simulator.call(20 * SECOND, () => components.goesDown('api-server', 5 * SECOND))
    simulator.call(21 * SECOND, send)
    simulator.run(100 * SECOND)
    expect(at).toEqual([2, 11.1, 25.1])
  })
})

describe('controllers and their API server', () => {
  /** Times at which a ReplicaSet of this size has its pods [s]. */
  function created(size: number, limits: ClientLimits | undefined) {
    const { simulator, server, api } = serverOf({})
    const times: number[] = []
    const client = new ApiClient({ simulator, recorder: api, server }, limits, { component: 'controllers', workers: 5 })
    client.opens()
    const pods = new TimedPods(
      simulator,
      () => ({ ready: Infinity, stop: 0 }),
      () => undefined,
    )
    const control = {
      create: (...given: Parameters<TimedPods['create']>) => {
        times.push(simulator.now / SECOND)
        return pods.create(...given)
      },
      delete: (pod: number) => pods.delete(pod),
    }
    const controller = new ReplicaSetController({ simulator, objects: pods.objects, control, latency: 0, client })
    controller.create({ template: 0, size, owner: null, minReady: 0 })
    simulator.run(1e9)
    return times
  }

  it.each([
    [1, 1],
    [20, 5],
    [90, 7],
  ])('%i pods are created in batches of 1, 2, 4, ..., one after another: the last one after ⌈log2(n + 1)⌉ = %i latencies', (n, batches) => {
    expect(created(n, undefined).at(-1)).toBeCloseTo(0.1 * batches, 9)
  })

  it('with tokens the slower of the two counts: 400 pods at 20 per second, burst 30, take (400 - 30) / 20 = 18.5 s and a latency', () => {
    expect(created(400, { qps: 20, burst: 30 }).at(-1)).toBeCloseTo(18.5 + 0.1, 1)
  })
})

const START = 10 * SECOND

/** A Deployment of five pods that are ready START after their start, with a request each 100 ms. */
function run(
  apiServer: ApiServerSpec | undefined,
  { actions = [], faults = [] }: Partial<Orchestration>,
  partial: Partial<FlatInput> = {},
) {
  const orchestration: Orchestration = {
    workloads: [
      {
        workload: 0,
        controller: deployment({ progressDeadline: Infinity }),
        versions: ['v1', 'v2'].map((name) => ({
          name,
          shape: shape(),
          pull: 0,
          start: START,
          ready: true,
          crashAfter: Infinity,
          slowness: 1,
          errors: 0,
        })),
        budget: null,
        toleration: 30 * SECOND,
      },
    ],
    actions,
    faults,
    latency: 0,
    nodeGrace: 50 * SECOND,
  }
  const one = service({ replicas: 5, grace: 0, timeout: SECOND, requests: requests(10, constant(1000)) })
  return new Simulation(
    input({
      pools: [pool(5, { cpu: 4000 })],
      services: [one],
      horizon: 600 * SECOND,
      delays: noDelays,
      orchestration,
      ...(apiServer === undefined ? {} : { apiServer }),
      ...partial,
    }),
  ).run().metrics
}

const slow = (seconds: number): ApiServerSpec => ({ latency: constant(seconds * SECOND), inFlight: 600, fairness: true })
const deleted: readonly Action[] = [{ at: 100 * SECOND, kind: 'delete-pods', workload: 0, count: 1 }]

describe('a run whose API server is slow', () => {
  it('a deleted pod is replaced after a creation, a bind, its start, and a GET and a PATCH of the kubelet: S + 4 L', () => {
    expect(run(undefined, { actions: deleted }).unavailable).toBeCloseTo(10, 6)
    expect(run(slow(0), { actions: deleted }).unavailable).toBeCloseTo(10, 6)
    expect(run(slow(1), { actions: deleted }).unavailable).toBeCloseTo(10 + 4, 6)
    expect(run(slow(3), { actions: deleted }).unavailable).toBeCloseTo(10 + 12, 6)
  })

  it('balancers send to the deleted pod until its slice is written: a fifth of 10 requests per second for L, here 40 of them', () => {
    expect(run(slow(0), { actions: deleted })['errors-refused']).toBe(0)
    const refused = (run(slow(20), { actions: deleted })['errors-refused']! / 100) * 10 * 600
    expect(refused).toBeGreaterThan(30)
    expect(refused).toBeLessThan(50)
  })

  it('without a time of requests the results are those of a run without an API server, event for event', () => {
    const faults: readonly Fault[] = [{ at: 200 * SECOND, kind: 'node-crash', nodes: { count: 1 }, duration: Infinity }]
    const plain = run(undefined, { actions: deleted, faults })
    const timed = run(slow(0), { actions: deleted, faults })
    const of = (metrics: typeof plain): unknown[] =>
      Object.entries(metrics).filter(([id, value]) => !/^(api|queue)-/.test(id) && value !== null)
    expect(of(timed)).toEqual(of(plain))
    expect(timed['api-requests-kubelets']).toBeGreaterThan(0)
    expect(timed['api-requests']).toBe(
      timed['api-requests-controllers']! + timed['api-requests-scheduler']! + timed['api-requests-kubelets']!,
    )
  })

  it('slower than half of the renew deadline for long, no leader renews its lease: nothing is replaced until it is healthy', () => {
    const faults: readonly Fault[] = [{ at: 60 * SECOND, kind: 'api-server-slow', factor: 600, duration: 200 * SECOND }]
    const { unavailable } = run(slow(0.01), { actions: deleted, faults })
    // Deleted at 100 s, seen at 260 to 262 s.
    expect(unavailable).toBeGreaterThan(160 + 10)
    expect(unavailable).toBeLessThan(160 + 2 + 10 + 0.1)
  })
})
