/** Clients of the API server: the arithmetic of tokens, alone, under controllers, and for the scheduler. */
import { describe, expect, it } from 'vitest'
import { Simulator } from '../../engine/simulator.ts'
import type { ApiClientLimits, BatchWorkload } from '../../input.ts'
import { ApiRecorder } from '../../measure/api-recorder.ts'
import { Simulation } from '../../simulation.ts'
import { input, noDelays, pool, shape } from '../../testing/input.ts'
import { ApiClient } from './api-client.ts'
import { ReplicaSetController } from './replica-set.ts'
import { TimedPods } from './timed-pods.ts'

const SECOND = 1e6

function clientOf(simulator: Simulator, limits = { qps: 20, burst: 30 }, workers = 5): ApiClient {
  const client = new ApiClient({ simulator, recorder: new ApiRecorder(0), server: null }, limits, { component: 'controllers', workers })
  client.opens()
  return client
}

/** A ReplicaSet controller whose pods are never ready; `created` holds the times of their creation [s]. */
function controllerOf(client?: ApiClient, simulator = new Simulator()) {
  const created: number[] = []
  const times = { ready: Infinity, stop: 0 }
  const pods = new TimedPods(
    simulator,
    () => times,
    () => undefined,
  )
  const control = {
    create: (...given: Parameters<TimedPods['create']>) => {
      created.push(simulator.now / SECOND)
      return pods.create(...given)
    },
    delete: (pod: number) => pods.delete(pod),
  }
  return { created, controller: new ReplicaSetController({ simulator, objects: pods.objects, control, latency: 0, client }) }
}

const set = (size: number) => ({ template: 0, size, owner: null, minReady: 0 })

describe('a client of the API server', () => {
  it('500 requests with 20 per second and a burst of 30: the last at (500 - 30) / 20 = 23.5 s', () => {
    const simulator = new Simulator()
    const client = clientOf(simulator)
    const sent: number[] = []
    for (let i = 0; i < 500; i++) client.send(() => sent.push(simulator.now / SECOND))
    expect(sent).toHaveLength(30)
    simulator.run(1e9)
    expect(sent[30]).toBeCloseTo(0.05, 6)
    expect(sent.at(-1)).toBeCloseTo(23.5, 4)
  })

  it('a bucket fills up while nothing is sent, and no further than its burst', () => {
    const simulator = new Simulator()
    const client = clientOf(simulator)
    const sent: number[] = []
    for (let i = 0; i < 30; i++) client.send(() => sent.push(simulator.now))
    simulator.call(1000 * SECOND, () => {
      for (let i = 0; i < 40; i++) client.send(() => sent.push(simulator.now))
      expect(sent).toHaveLength(60)
    })
    simulator.run(2e9)
    expect(sent).toHaveLength(70)
  })
})

describe('controllers with a client', () => {
  it('10,000 pods of a ReplicaSet: 20 bursts of 500, statuses of syncs 2 to 19 between them, (10,018 - 30) / 20 = 499.4 s', () => {
    const simulator = new Simulator()
    const { created, controller } = controllerOf(clientOf(simulator), simulator)
    controller.create(set(10_000))
    simulator.run(1e9)
    expect(created).toHaveLength(10_000)
    expect(created.at(-1)).toBeGreaterThanOrEqual((10_000 - 30) / 20)
    expect(created.at(-1)).toBeCloseTo((10_000 + 18 - 30) / 20, 2)
  })

  it('the same pods as without one, which creates them at once', () => {
    const simulator = new Simulator()
    const { created, controller } = controllerOf(undefined, simulator)
    controller.create(set(10_000))
    simulator.run(1e9)
    expect(created).toHaveLength(10_000)
    expect(created.at(-1)).toBe(0)
  })

  it('a set that shrinks while its pods are being created creates the burst that was begun, and deletes the surplus after it', () => {
    const simulator = new Simulator()
    const { created, controller } = controllerOf(clientOf(simulator), simulator)
    const made = controller.create(set(400))
    simulator.call(5 * SECOND, () => controller.resize(made, 10))
    simulator.run(1e9)
    expect(created).toHaveLength(400)
    expect(made.pods.size).toBe(10)
  })

  it('one worker: the second set waits until the first has its pods', () => {
    const simulator = new Simulator()
    const { created, controller } = controllerOf(clientOf(simulator, { qps: 20, burst: 30 }, 1), simulator)
    const first = controller.create(set(100))
    const second = controller.create(set(1))
    const seen: number[] = []
    simulator.afterEvent = () => {
      if (second.pods.size === 1 && seen.length === 0) seen.push(first.pods.size)
    }
    simulator.run(1e9)
    expect(seen).toEqual([100])
    expect(created).toHaveLength(101)
  })
})

describe('a run with limits of clients', () => {
  const limits: ApiClientLimits = {
    controllers: { qps: 1e9, burst: 1e9 },
    scheduler: { qps: 50, burst: 100 },
    kubelets: { qps: 50, burst: 100 },
  }
  const work: BatchWorkload = {
    name: 'work',
    controller: { kind: 'job', job: { completions: 200, parallelism: 200 } },
    versions: [
      {
        name: 'v1',
        shape: shape({ cpu: 1 }),
        duration: { kind: 'constant', value: 1000 * SECOND },
        failures: 0,
        exitCodes: [{ code: 1, weight: 1 }],
      },
    ],
    scheduler: 0,
    at: 0,
    grace: 0,
  }
  const run = (apiClients?: ApiClientLimits) =>
    new Simulation(
      input({
        pools: [pool(5, { cpu: 4000 })],
        horizon: 100 * SECOND,
        delays: noDelays,
        batch: { workloads: [work], latency: 0, clock: 0 },
        ...(apiClients === undefined ? {} : { apiClients }),
      }),
    ).run().metrics

  it('200 pods with 50 binds per second and a burst of 100 wait 1/50 + 2/50 + ... + 100/50 = 101 s in all', () => {
    const found = run(limits)
    expect(found['api-throttled']).toBeCloseTo(101, 2)
    expect(found['api-requests']).toBeGreaterThanOrEqual(400)
  })

  it('without limits nothing is counted', () => {
    expect(run()['api-requests']).toBeNull()
  })
})
