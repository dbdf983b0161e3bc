/** Several schedulers, and every kind of decision, through whole runs with all laws checked. Times in ms where scripted. */
import { describe, expect, it } from 'vitest'
import { Reason } from '../cluster/feasibility/reasons.ts'
import type { Decisions } from '../cluster/decisions.ts'
import { PodPhase, type ClusterView } from '../cluster/views.ts'
import type { SchedulerSpec } from '../input.ts'
import { adoptScheduler, orders, schedulers } from '../scheduling/index.ts'
import { Simulation } from '../simulation.ts'
import { choose, coming, input, noDelays, pool, requests, service, shape, type FlatInput } from '../testing/input.ts'

const SECOND = 1e6

const scheduler = (name: string, partial: Partial<SchedulerSpec> = {}): SchedulerSpec => ({
  name,
  algorithm: choose(schedulers, 'first-fit'),
  order: choose(orders, 'fifo'),
  decision: 0,
  perNode: 0,
  view: 'snapshot',
  refresh: 0,
  ...partial,
})

/** A user's scheduler of the wide form. */
function own(wake: (...args: never[]) => void): SchedulerSpec['algorithm'] {
  const adopted = adoptScheduler({ name: 'own', create: () => ({ wake }) })
  if ('problems' in adopted) throw new Error(adopted.problems.join('; '))
  return { definition: adopted.definition, values: {} }
}

function run(partial: Partial<FlatInput>) {
  const simulation = new Simulation(input({ horizon: 60 * SECOND, sample: 60 * SECOND, ...partial }))
  return { ...simulation.run(), parts: simulation.parts }
}

/** Pods of one core, two schedulers that both prefer node 0, on nodes of one core: each decision of one invalidates the other's. */
function rivals(decision: number, count = 40) {
  const rows = Array.from({ length: count }, (_, i) => [1000 + i * 10, shape({ cpu: 1000 }), 1e9] as const)
  return run({
    pools: [pool(2 * count, { cpu: 1000 })],
    schedulers: [scheduler('a', { decision }), scheduler('b', { decision })],
    background: [
      { ...coming(rows), name: 'for a', scheduler: 1 },
      { ...coming(rows), name: 'for b', scheduler: 2 },
    ],
  })
}

describe('schedulers on shared state', () => {
  it('conflict when their decisions overlap: both choose node 0, one bind is refused and repeated on a fresh snapshot', () => {
    const { metrics, parts } = rivals(1000, 1)
    // Both decide for 1 ms and choose node 0; the second is refused and decides again for 1 ms.
    expect(metrics['scheduling-conflicts']).toBeCloseTo(100 / 3, 10)
    expect(parts.pods.pending.sum).toBe(1000 + 2000)
    expect(parts.cluster.pendingPods).toBe(0)
  })
  it('do not conflict without decision time, since each decides on the state left by the other', () => {
    expect(rivals(0).metrics['scheduling-conflicts']).toBe(0)
  })
  it('a single scheduler on live state has no conflicts, and no such metric', () => {
    expect(run({ background: [coming([[0, shape(), 1e9]])] }).metrics['scheduling-conflicts']).toBeNull()
  })
  it("Omega's curve: the longer the decision, the larger the share of conflicts", () => {
    const load = (decision: number, seed: number) => {
      const pods = (name: string, row: number) => ({
        name,
        scheduler: row,
        pods: (stream: (purpose: string) => { next(): number }) => {
          const draws = stream('arrivals')
          let time = 0
          return {
            next: () => Math.round((time += -Math.log(1 - draws.next()) * 100_000)),
            shape: 0,
            shapes: [shape({ cpu: 1000 })],
            duration: 2 * SECOND,
            meanDuration: 2 * SECOND,
            stationary: false,
            notes: [],
          }
        },
      })
      return run({
        seed,
        check: false,
        horizon: 120 * SECOND,
        sample: 120 * SECOND,
        pools: [pool(200, { cpu: 1000 })],
        schedulers: [scheduler('a', { decision }), scheduler('b', { decision })],
        background: [pods('for a', 1), pods('for b', 2)],
      }).metrics['scheduling-conflicts'] as number
    }
    const shares = [1000, 10_000, 40_000, 80_000].map((decision) => [1, 2, 3].reduce((sum, seed) => sum + load(decision, seed), 0) / 3)
    for (let i = 1; i < shares.length; i++) expect(shares[i]).toBeGreaterThan(shares[i - 1])
    expect(shares[0]).toBeLessThan(2)
    expect(shares[3]).toBeGreaterThan(10)
  })
  it('a refused bind of a pod that was deleted in the meantime is dropped, and its row may be reused', () => {
    const web = service({ replicas: 0, minReplicas: 0, maxReplicas: 9, shape: shape({ cpu: 1000 }), scheduler: 1 })
    const simulation = new Simulation(
      input({ horizon: 10 * SECOND, pools: [pool(4)], services: [web], schedulers: [scheduler('slow', { decision: SECOND })] }),
    )
    const { simulator, replicaSets, cluster } = simulation.parts
    simulator.call(SECOND, () => replicaSets.scale(0, 1))
    simulator.call(1.5 * SECOND, () => {
      replicaSets.scale(0, 0)
      replicaSets.scale(0, 1) // the same row, another pod
    })
    simulation.run()
    expect(replicaSets.podsOf(0).map((pod) => cluster.pods.phase[pod])).toEqual([PodPhase.Ready])
    expect(cluster.created).toBe(2)
  })
})

describe('evictions by a scheduler', () => {
  /** Evicts whatever is on node 0 as soon as a pod is pending, and binds the pod once it fits. */
  const preempting = own(((_reason: number, view: ClusterView, pending: readonly number[], out: Decisions) => {
    for (const pod of pending) {
      if (view.feasible(view.pods.podClass[pod], 0)) out.bind(pod, 0)
      else {
        out.nominate(pod, 0)
        for (let other = 0; other < view.pods.count; other++) {
          const phase = view.pods.phase[other]
          if (view.pods.node[other] === 0 && phase !== PodPhase.Terminating && view.pods.service[other] < 0) out.evict(other)
        }
        out.decline(pod)
        out.because(Reason.Cpu, 1)
      }
    }
  }) as never)

  it('free the CPU of a background pod, notify its source, which creates it again; the preemptor is bound at once', () => {
    const node = pool(1, { cpu: 1000 })
    const { parts, notes, metrics } = run({
      pools: [node],
      schedulers: [scheduler('urgent', { algorithm: preempting, view: 'live' })],
      background: [
        { ...coming([[0, shape({ cpu: 1000, usage: 1 }), 20_000]]), name: 'batch' },
        { ...coming([[10_000, shape({ cpu: 1000, usage: 1 }), 30_000]]), name: 'urgent', scheduler: 1 },
      ],
    })
    // Batch from 0 to 10 s, urgent from 10 to 40 s, batch again from 40 s: its whole 20 s until the horizon.
    expect(metrics['usage-cpu']).toBeCloseTo(100, 10)
    expect(parts.cluster.created).toBe(3)
    expect(parts.cluster.gone).toBe(3)
    expect(parts.pods.pending.sum).toBe(0 + 0 + 30 * SECOND)
    expect(notes).toContainEqual(expect.stringContaining('1 has too little free cpu'))
  })
  it('a served pod passes through its grace period and is replaced by its owner', () => {
    const evictor = own(((_reason: number, view: ClusterView, pending: readonly number[], out: Decisions) => {
      for (let pod = 0; pod < view.pods.count; pod++) if (view.pods.phase[pod] === PodPhase.Ready) out.evict(pod)
      for (const pod of pending) out.decline(pod)
    }) as never)
    const { parts, metrics } = run({
      pools: [pool(2)],
      delays: noDelays,
      services: [
        service({
          replicas: 2,
          maxReplicas: 2,
          shape: shape({ cpu: 1000 }),
          grace: 5 * SECOND,
          requests: requests(20, { kind: 'exponential', mean: 5000 }),
        }),
      ],
      schedulers: [scheduler('evictor', { algorithm: evictor, view: 'live' })],
      background: [{ ...coming([[30_000, shape(), 1000]]), scheduler: 1 }],
    })
    expect(parts.cluster.created).toBe(2 + 2 + 1)
    expect(parts.replicaSets.podsOf(0).map((pod) => parts.cluster.pods.phase[pod])).toEqual([PodPhase.Ready, PodPhase.Ready])
    expect(metrics['errors-lost']).toBe(0)
  })
  it('wakes itself at the times it asked for', () => {
    const woken: number[] = []
    const adopted = adoptScheduler({
      name: 'batching',
      create: (_values: unknown, context: { now(): number; wakeAt(time: number): void }) => ({
        wake: (reason: number, _view: ClusterView, pending: readonly number[], out: Decisions) => {
          if (reason !== 2) return context.wakeAt(Math.ceil((context.now() + 1) / SECOND) * SECOND)
          woken.push(context.now())
          for (const pod of pending) out.bind(pod, 0)
          return undefined
        },
      }),
    })
    if ('problems' in adopted) throw new Error(adopted.problems.join('; '))
    const { parts } = run({
      schedulers: [scheduler('batching', { algorithm: { definition: adopted.definition, values: {} }, view: 'live' })],
      background: [
        {
          ...coming([
            [1200, shape(), 1e9],
            [1700, shape(), 1e9],
          ]),
          scheduler: 1,
        },
      ],
    })
    expect(woken[0]).toBe(2 * SECOND)
    expect(parts.pods.pending.sum).toBe(800_000 + 300_000)
  })
})
