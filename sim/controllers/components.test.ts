/** The control plane goes down or fails over: what stops, what goes on, and when it acts again. */
import { describe, expect, it } from 'vitest'
import { replicaAutoscalers } from '../autoscaling/replicas/index.ts'
import { Simulator } from '../engine/simulator.ts'
import type { Action, Fault, Orchestration } from '../input.ts'
import { Streams } from '../random/stream.ts'
import { Simulation } from '../simulation.ts'
import { choose, input, noDelays, pool, requests, service, shape, stepped, type FlatInput, type FlatService } from '../testing/input.ts'
import { deployment } from './orchestration/runs.fixture.ts'
import { Components, LEADER_ELECTION, type LeaderElectionSpec } from './components.ts'

const SECOND = 1e6

interface Case {
  readonly actions?: readonly Action[]
  readonly faults: readonly Fault[]
  readonly service?: Partial<FlatService>
  readonly run?: Partial<FlatInput>
}

/** A Deployment of ten pods on five nodes, whose containers start in 10 s; 20 requests/s that time out after 1 s. */
function simulate({ actions = [], faults, ...rest }: Case) {
  const orchestration: Orchestration = {
    workloads: [
      {
        workload: 0,
        controller: deployment({ progressDeadline: Infinity }),
        versions: [
          {
            name: 'v1',
            shape: rest.service?.shape ?? shape(),
            pull: 0,
            start: 10 * SECOND,
            ready: true,
            crashAfter: Infinity,
            slowness: 1,
            errors: 0,
          },
        ],
        budget: null,
        toleration: 300 * SECOND,
      },
    ],
    actions,
    faults,
    latency: 0,
    nodeGrace: 50 * SECOND,
  }
  const work = { kind: 'constant', value: 1000 } as const
  const one = service({ replicas: 10, grace: 0, timeout: SECOND, requests: requests(20, work), ...rest.service })
  const run = new Simulation(
    input({ pools: [pool(5, { cpu: 4000 })], services: [one], horizon: 1500 * SECOND, delays: noDelays, orchestration, ...rest.run }),
  )
  return { ...run.run().metrics, parts: run.parts }
}

const at = (seconds: number, what: Record<string, unknown>): never => ({ at: seconds * SECOND, ...what }) as never
const crash = at(100, { kind: 'node-crash', nodes: { count: 1 }, duration: Infinity })
const DOWN = { controllers: 'controllers-down', scheduler: 'scheduler-down', api: 'api-server-down' } as const
const down = (component: keyof typeof DOWN, from: number, seconds: number): never =>
  at(from, { kind: DOWN[component], duration: seconds * SECOND })

describe('a component of the control plane is down', () => {
  it('controllers from 90 to 690 s: a node that crashes at 100 s is noticed 50 to 55 s after they are back, evicted 300 s later', () => {
    const { unavailable, parts, ...found } = simulate({ faults: [down('controllers', 90, 600), crash] })
    const perPod = unavailable! / 2
    expect(perPod).toBeGreaterThan(590 + 50 + 300 + 10)
    expect(perPod).toBeLessThan(590 + 55.1 + 300 + 10.1)
    // Two of ten endpoints are dead from 100 to 740 s of 1,500.
    expect(found['errors-timed-out']).toBeGreaterThan((0.2 * 100 * 640) / 1500 - 1)
    expect(found['errors-timed-out']).toBeLessThan((0.2 * 100 * 646) / 1500 + 1)
    expect(parts.replicaSets.podsOf(0)).toHaveLength(10)
  })

  it('while a toleration of 300 s runs: the period begins again when the controllers are back', () => {
    const { unavailable } = simulate({ faults: [crash, down('controllers', 200, 100)] })
    // Unreachable at 140 to 155 s; the new controller sees the taint at 300 s.
    expect(unavailable! / 2).toBeCloseTo(200 + 300 + 10, 0)
  })

  it('controllers: a pod that is deleted by hand is replaced when they are back, and a balancer learns nothing meanwhile', () => {
    const removed = at(100, { kind: 'delete-pods', workload: 0, count: 2 })
    const { unavailable, ...found } = simulate({ actions: [removed], faults: [down('controllers', 90, 300)] })
    expect(unavailable).toBeCloseTo(2 * (290 + 10), 3)
    expect(found['errors-refused']).toBeCloseTo((20 * 290) / 1500, 0)
  })

  it('the scheduler from 90 to 390 s: pods deleted at 100 s have successors that wait for a node until then', () => {
    const removed = at(100, { kind: 'delete-pods', workload: 0, count: 2 })
    const { unavailable, ...found } = simulate({ actions: [removed], faults: [down('scheduler', 90, 300)] })
    expect(unavailable).toBeCloseTo(2 * (290 + 10), 3)
    expect(found.unscheduled).toBeCloseTo(2 * 290, 3)
    expect(found['errors-refused']).toBe(0)
  })

  it('the API server from 90 to 390 s: what people do happens then, and a crash is noticed 50 s after it is back', () => {
    const { parts } = simulate({ actions: [at(100, { kind: 'scale', workload: 0, replicas: 12 })], faults: [down('api', 90, 300)] })
    expect(parts.replicaSets.desired).toEqual([12])
    const { unavailable } = simulate({ faults: [down('api', 90, 300), crash] })
    expect(unavailable! / 2).toBeGreaterThan(290 + 50 + 300 + 10)
    expect(unavailable! / 2).toBeLessThan(290 + 2 + 55.1 + 300 + 10.1)
  })

  it('an autoscaler does not scale while the controllers are down', () => {
    const busy = {
      replicas: 2,
      minReplicas: 1,
      maxReplicas: 10,
      shape: shape({ cpu: 100 }),
      requests: stepped(20, 160, 100, { kind: 'constant', value: 5000 }),
    }
    const replicas = choose(replicaAutoscalers, 'hpa')
    const scaled = (faults: readonly Fault[], horizon: number): number[] =>
      simulate({ faults, service: busy, run: { replicas, horizon: horizon * SECOND } }).parts.replicaSets.desired
    expect(scaled([down('controllers', 1000, 1)], 400)[0]).toBeGreaterThan(2)
    expect(scaled([down('controllers', 90, 500)], 400)[0]).toBeLessThanOrEqual(2)
    expect(scaled([down('controllers', 90, 500)], 700)[0]).toBeGreaterThan(2)
  })
})

/** How long nobody leads after each of 2,000 crashes of the leader [s]. */
function waitsOf(leaderElection: LeaderElectionSpec, release = false): number[] {
  const simulator = new Simulator()
  const components = new Components({ simulator, streams: new Streams(1, 0), input: { leaderElection } })
  const waits: number[] = []
  components.whenDown('controllers', (until) => waits.push((until - simulator.now) / SECOND))
  const crashes = simulator.register('crash', () => components.failsOver('controllers', release))
  for (let i = 1; i <= 2000; i++) simulator.at(i * 1000 * SECOND, crashes, 0, 0)
  simulator.run(3e12)
  return waits
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('a leader crashes', () => {
  it.each([
    [30, 5],
    [60, 10],
  ])(
    'with a lease of %i s and a retry of r = %i s another one acts after the lease - r, and before the lease + 2 · 2.2 r',
    (lease, retry) => {
      const waits = waitsOf({ lease: lease * SECOND, renewDeadline: 2 * retry * SECOND, retry: retry * SECOND, candidates: 1 })
      expect(waits).toHaveLength(2000)
      expect(Math.min(...waits)).toBeGreaterThan(lease - retry)
      expect(Math.max(...waits)).toBeLessThan(lease + 4.4 * retry)
      expect(Math.max(...waits)).toBeGreaterThan(lease + 2.2 * retry)
    },
  )

  it('of several candidates the first one acts; a leader that gives its lease back costs the time until one looks', () => {
    const [one, four] = [waitsOf(LEADER_ELECTION), waitsOf({ ...LEADER_ELECTION, candidates: 4 })]
    expect(mean(four)).toBeLessThan(mean(one) - 1)
    expect(Math.min(...four)).toBeGreaterThan(13)
    const released = waitsOf(LEADER_ELECTION, true)
    // A part, uniform, of a wait that is uniform from 2 to 4.4 s.
    expect(mean(released)).toBeCloseTo(1.6, 1)
    expect(Math.max(...released)).toBeLessThan(4.4)
  })

  it('another one acts 13 to 24 s later: a lease of 15 s, renewed every 2 s, looked at every 2 to 4.4 s', () => {
    const waits = waitsOf(LEADER_ELECTION)
    expect(waits).toHaveLength(2000)
    expect(Math.min(...waits)).toBeGreaterThan(13)
    expect(Math.max(...waits)).toBeLessThan(24)
    // Lease, less half a renewal, plus half a look until the renewal is seen, plus the excess of the looks beyond 15 s.
    expect(mean(waits)).toBeGreaterThan(15 - 1 + 1.6 + 1.2)
    expect(mean(waits)).toBeLessThan(15 - 1 + 1.6 + 2.4)
  })

  it('the API server down for 8 s costs no leader its lease, for 12 s all compete again within 2 s', () => {
    const until = (seconds: number): number => {
      const simulator = new Simulator()
      const components = new Components({ simulator, streams: new Streams(1, 0), input: {} })
      components.goesDown('api-server', seconds * SECOND)
      return components.downUntil('controllers') / SECOND
    }
    expect(until(8)).toBe(8)
    expect(until(12)).toBeGreaterThan(12)
    expect(until(12)).toBeLessThan(14)
  })
})
