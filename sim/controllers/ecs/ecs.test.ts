/** ECS services against the arithmetic and the examples of the Amazon ECS developer guide, on tasks with given times. */
import { describe, expect, it } from 'vitest'
import { Simulator } from '../../engine/simulator.ts'
import { TimedPods, type PodTimes } from '../kubernetes/timed-pods.ts'
import { boundsOf, failureThreshold, launchPause } from './deployment.ts'
import { EcsServices } from './services.ts'
import type { EcsServiceController } from './spec.ts'
import { stoppingOrder } from './stopping-order.ts'

const SECOND = 1e6
const BREAKER: EcsServiceController['breaker'] = {
  enable: false,
  rollback: false,
  resetOnHealthyTask: true,
  threshold: { type: 'BOUNDED_PERCENT', value: 50 },
}

interface Given {
  readonly desired: number
  readonly percents?: readonly [number, number]
  readonly breaker?: Partial<EcsServiceController['breaker']>
  readonly versions?: readonly Partial<PodTimes>[]
  readonly loadBalancer?: boolean
}

/** A service on timed tasks, which take 10 s to be healthy and stop at once. */
function play({ desired, percents: [least, most] = [100, 200], breaker, versions = [{}, {}], loadBalancer = true }: Given) {
  const simulator = new Simulator()
  const times = (template: number): PodTimes =>
    simulator.now === 0 ? { ready: 0, stop: 0 } : { ready: 10 * SECOND, stop: 0, ...versions[template] }
  const pods = new TimedPods(simulator, times, () => undefined)
  const states: [number, string][] = []
  let rollbacks = 0
  const services = new EcsServices({
    ...{ simulator, objects: pods.objects, control: pods, latency: 0 },
    nodes: { active: () => [], zoneOf: () => 0 },
    reported: ({ rollout }) => {
      if (states.at(-1)?.[1] !== rollout) states.push([simulator.now / SECOND, rollout])
    },
    rolledBack: () => rollbacks++,
  })
  const service = services.create(
    {
      ...{ scheduling: 'REPLICA', minimumHealthyPercent: least, maximumPercent: most, loadBalancer },
      ...{ breaker: { ...BREAKER, ...breaker }, healthCheckGrace: 0, unhealthyThreshold: 2 },
    },
    { replicas: desired, isChecked: loadBalancer, matches: () => true },
  )
  const acts = simulator.register('act', () => services.rollOut(service, 1))
  simulator.at(100 * SECOND, acts, 0, 0)
  const living = () => pods.existing.filter((pod) => pods.objects.deleting[pod] === 0)
  return {
    states,
    service,
    rollbacks: () => rollbacks,
    /** Old and new tasks, and how many of all are ready, at a time. */
    at(seconds: number) {
      simulator.run(seconds * SECOND)
      const fresh = living().filter((pod) => pods.objects.template[pod] === 1).length
      return [living().length - fresh, fresh, living().filter((pod) => pods.objects.ready[pod] === 1).length]
    },
  }
}

describe('bounds of an ECS deployment', () => {
  it.each([
    [4, 50, 200, 2, 8],
    [2, 75, 200, 2, 4],
    [3, 100, 150, 3, 4],
    [10, 90, 110, 9, 11],
    [5, 50, 100, 3, 5],
  ])('desired %i, %i %% and %i %%: ceil and floor give %i to %i', (desired, min, max, least, most) => {
    expect(boundsOf(desired, min, max)).toEqual({ least, most })
  })

  it('circuit breaker: clamp(ceil(0.5 × desired), 3, 200): 1 gives 3, 10 gives 5, 25 gives 13, 1000 gives 200', () => {
    const of = (type: 'COUNT' | 'BOUNDED_PERCENT' | 'UNBOUNDED_PERCENT', value: number, desired: number) =>
      failureThreshold({ ...BREAKER, threshold: { type, value } }, desired)
    expect([1, 10, 25, 1000].map((desired) => of('BOUNDED_PERCENT', 50, desired))).toEqual([3, 5, 13, 200])
    expect([of('UNBOUNDED_PERCENT', 50, 1000), of('UNBOUNDED_PERCENT', 10, 10), of('COUNT', 7, 1000)]).toEqual([500, 1, 7])
  })

  it('launches that fail before they run: a pause that grows to 27 minutes', () => {
    expect([0, 1, 2, 3].map(launchPause)).toEqual([0, 10e6, 20e6, 40e6])
    expect(launchPause(40)).toBe(27 * 60e6)
  })
})

describe('rolling deployment of an ECS service', () => {
  it('4 tasks, 100 % and 200 %: four new ones start, and the four old ones stop when these are healthy', () => {
    const run = play({ desired: 4 })
    expect([run.at(105), run.at(111)]).toEqual([
      [4, 4, 4],
      [0, 4, 4],
    ])
    expect(run.states.slice(1)).toEqual([
      [0, 'completed'],
      [100, 'in-progress'],
      [110, 'completed'],
    ])
  })

  it('4 tasks, 50 % and 100 %: two are stopped before two new ones start', () => {
    const run = play({ desired: 4, percents: [50, 100] })
    expect([run.at(105), run.at(115), run.at(121)]).toEqual([
      [2, 2, 2],
      [0, 4, 2],
      [0, 4, 4],
    ])
  })

  it('2 tasks, 75 % and 100 %: both must stay and no third may start, so that the deployment never moves', () => {
    const run = play({ desired: 2, percents: [75, 100] })
    expect(run.at(1000)).toEqual([2, 0, 2])
    expect(run.states.at(-1)?.[1]).toBe('in-progress')
  })

  it('without a load balancer and a health check a task counts as healthy 40 s after it runs', () => {
    const run = play({ desired: 1, loadBalancer: false })
    expect([run.at(149), run.at(151)]).toEqual([
      [1, 1, 2],
      [0, 1, 1],
    ])
  })
})

describe('failing deployments of ECS', () => {
  const crashes = { ready: Infinity, fails: 5 * SECOND }

  it('circuit breaker with rollback: after three failed tasks of two desired, back to the last completed deployment', () => {
    const run = play({ desired: 2, breaker: { enable: true, rollback: true }, versions: [{}, crashes] })
    expect(run.at(300)).toEqual([2, 0, 2])
    expect(run.rollbacks()).toBe(1)
    expect(run.states.at(-1)?.[1]).toBe('completed')
  })

  it('without rollback the deployment fails, and no further task is launched', () => {
    const run = play({ desired: 2, breaker: { enable: true }, versions: [{}, crashes] })
    expect(run.at(300)).toEqual([2, 0, 2])
    expect(run.states.at(-1)?.[1]).toBe('failed')
  })

  it('off by default: tasks are launched and fail without end', () => {
    const run = play({ desired: 2, versions: [{}, crashes] })
    run.at(2000)
    expect(run.states.at(-1)?.[1]).toBe('in-progress')
    expect(run.service.failures).toBeGreaterThan(20)
  })
})

describe('stopping order', () => {
  it('tasks that do not run first, then the fullest zone and there the fullest instance', () => {
    const task = (zone: number, node: number, running = true) => ({ zone, node, running })
    const tasks = [task(0, 0), task(0, 0), task(0, 1), task(1, 2), task(1, 3, false)]
    expect(stoppingOrder(tasks, [], 3)).toEqual([4, 1, 2])
  })
})
