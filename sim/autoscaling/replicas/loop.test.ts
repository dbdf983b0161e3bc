/** Replica autoscalers in a run: what they see of it, and when. */
import { describe, expect, test } from 'vitest'
import { choose, input, noDelays, pool, requests, service, shape, standing } from '../../testing/input.ts'
import type { FlatInput } from '../../testing/input.ts'
import { Simulation } from '../../simulation.ts'
import { replicaAutoscalers } from './index.ts'
import { adoptReplicaAutoscaler } from './own.ts'
import type { LoadView } from './policy.ts'

const SECOND = 1e6

/** Wanted replicas at each of these seconds of the measured run. */
function sizes(of: Partial<FlatInput>, seconds: readonly number[]): number[] {
  const simulation = new Simulation(input({ pools: [pool(10, { cpu: 64_000 })], ...of }))
  const { simulator, replicaSets } = simulation.parts
  const found: number[] = []
  for (const at of seconds) simulator.call((of.ageing ?? 0) + at * SECOND, () => void found.push(replicaSets.desired[0]))
  simulation.run()
  return found
}

describe('in a run', () => {
  const times = [
    { at: 5 * SECOND, replicas: 12 },
    { at: 20 * SECOND, replicas: 2 },
  ]
  const services = [service({ replicas: 3, minReplicas: 1, maxReplicas: 10, shape: shape({ cpu: 100 }) })]

  test.each([0, 40 * SECOND])(
    'scheduled: times count from the origin, whatever the ageing (%d µs); bounds of the service hold',
    (ageing) => {
      const background = ageing > 0 ? [standing([shape({ cpu: 1 })])] : []
      const of = { ageing, background, services, replicas: choose(replicaAutoscalers, 'scheduled', { times }), horizon: 60 * SECOND }
      expect(sizes(of, [4.9, 6.1, 19.9, 21.1, 59])).toEqual([3, 10, 10, 2, 2])
    },
  )

  test('queue-length: an overloaded service grows until its queue is gone', () => {
    // 400/s of 10 ms on one thread each: at least 4 pods; one alone gains 300 requests a second. At rest n pods hold 400 / (100 - 400 / n)
    // requests (M/M/1 each), which is n at n = 8: 400 / (100 - 50)
    const of = {
      services: [
        service({
          replicas: 1,
          minReplicas: 1,
          maxReplicas: 50,
          requests: requests(400, { kind: 'exponential', mean: 10_000 }),
          shape: shape({ cpu: 1000, limit: 1000 }),
        }),
      ],
      replicas: choose(replicaAutoscalers, 'queue-length', { target: 1, every: 5 * SECOND, scaleDownWindow: 30 * SECOND }),
      delays: { ...noDelays, scrape: SECOND, window: 2 * SECOND },
      horizon: 200 * SECOND,
    }
    const [early, ...late] = sizes(of, [20, 140, 160, 180, 199])
    expect(early).toBe(50) // hundreds of requests
    for (const size of late) expect(size > 4 && size < 20, late.join()).toBe(true)
  })

  test('the load’s columns: waiting and all requests in each pod, and the time since the origin', () => {
    const seen: LoadView[] = []
    const adopted = adoptReplicaAutoscaler({ name: 'watcher', every: '10s', desired: (load: LoadView) => (seen.push(load), load.replicas) })
    if ('problems' in adopted) throw new Error(adopted.problems.join())
    // 2 pods of 2 threads that are never done: 10 requests a second fill them, the rest waits
    const simulation = new Simulation(
      input({
        ageing: 15 * SECOND,
        services: [
          service({
            replicas: 2,
            threads: 2,
            requests: requests(10, { kind: 'constant', value: 3600 * SECOND }),
            shape: shape({ cpu: 1000 }),
          }),
        ],
        pools: [pool(1, { cpu: 64_000 })],
        replicas: { definition: adopted.definition, values: {} },
        delays: { ...noDelays, scrape: SECOND, window: 2 * SECOND },
      }),
    )
    simulation.run()
    const last = seen[seen.length - 1]
    expect(last.now - last.elapsed).toBe(15 * SECOND)
    expect(last.inFlight - last.queued).toBe(2)
    expect(last.inFlight * last.measured).toBeGreaterThan(300)
  })
})
