import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NONE } from '../../common/ids.ts'
import { Simulator } from '../../engine/simulator.ts'
import { ScriptedPods } from '../../testing/recordings/controllers/scripted-pods.ts'
import { restartTime } from '../orchestration/crash-back-off.ts'
import { ActiveCounts, countActive } from './active-counts.ts'
import { createInBatches } from './creation-batches.ts'
import { daemonLimits } from './daemon-set.ts'
import { ageBucket, firstToDelete } from './deletion-order.ts'
import { DisruptionController, type BudgetSpec } from './disruption.ts'
import { NodeMonitor, type NodeListener } from './node-monitor.ts'
import { scaledValue } from './percent.ts'
import { ApiPhase, PodObjects } from './pod-objects.ts'
import { StatefulSetController, type StatefulSetSpec } from './stateful-set.ts'
import { TimedPods } from './timed-pods.ts'
import { WorkQueue } from './work-queue.ts'

const SECOND = 1_000_000

describe('percentages', () => {
  it('DaemonSet rounds up (10 % of 15 nodes is 2, of 3 is 1), both zero means one; StatefulSet 30 % of 10 is 3', () => {
    const limits = (maxSurge: number | string, maxUnavailable: number | string, nodes: number) =>
      Object.values(daemonLimits({ template: 0, updateStrategy: 'RollingUpdate', maxSurge, maxUnavailable, minReady: 0 }, nodes))
    expect(limits(0, '10%', 15)).toEqual([0, 2])
    expect(limits(0, '10%', 3)).toEqual([0, 1])
    expect(limits(0, 0, 3)).toEqual([0, 1])
    expect(scaledValue('30%', 10, 'down')).toBe(3)
    expect(() => scaledValue('a third', 10, 'down')).toThrow('"a third" is neither a whole number nor a percentage')
  })
})

describe('creation in batches', () => {
  it('20 pods with a quota for 6: 1, 2, then 3 of 4; 6 are created, the 7th is refused, 13 are never tried', () => {
    const tried: number[] = []
    let refusals = 0
    const create = (i: number): boolean => tried.push(i) <= 6
    createInBatches({ count: 20, client: undefined, refusable: true, create, refused: () => void refusals++ })
    expect([tried, refusals]).toEqual([[0, 1, 2, 3, 4, 5, 6], 1])
    tried.length = 0
    createInBatches({ count: 20, client: undefined, refusable: true, create: (i) => tried.push(i) > 0, refused: () => void refusals++ })
    expect([tried.length, refusals]).toEqual([20, 1])
  })
})

describe('back-off of containers', () => {
  it.each([
    [5, [0, 10, 20, 40, 80, 160, 300, 300]],
    [599, [0, 10, 20, 40]],
    [601, [0, 0, 0, 0]],
  ])('runs of %i s: restarts wait %j s', (runs, waits) => {
    const state = { wait: 0, last: 0 }
    let now = 0
    const waited = waits.map(() => {
      const exit = now + runs * SECOND
      now = restartTime(state, exit)
      return (now - exit) / SECOND
    })
    expect(waited).toEqual(waits)
  })
})

describe('deletion order', () => {
  /** Ready pods by node and age [s]. */
  function pods(...all: { node: number; readyAgo: number; cost?: number }[]): PodObjects {
    const objects = new PodObjects()
    all.forEach(({ node, readyAgo, cost = 0 }, pod) => {
      objects.open(pod, { template: 0, node }, pod, 0)
      objects.phase[pod] = ApiPhase.Running
      objects.ready[pod] = 1
      objects.readyChanged[pod] = (10_000 - readyAgo) * SECOND
      objects.deletionCost[pod] = cost
    })
    return objects
  }
  const first = (objects: PodObjects, n: number, count: number) => {
    const rows = Array.from({ length: n }, (_, i) => i)
    const onNode = (pod: number) => rows.filter((row) => objects.node[row] === objects.node[pod]).length
    return firstToDelete(rows, count, objects, 10_000 * SECOND, onNode)
  }

  it('nodes A 3, B 2, C 1, two to delete: both from A; a lower deletion cost goes before', () => {
    const nodes = [0, 0, 0, 1, 1, 2]
    const objects = pods(...nodes.map((node) => ({ node, readyAgo: 100 })))
    expect([...first(objects, 6, 2)].map((pod) => objects.node[pod])).toEqual([0, 0])
    objects.deletionCost[5] = -1
    expect(first(objects, 6, 1)).toEqual([5])
  })

  it('buckets of age: 10 s and 17 s are equal (33): lower UID first; 17 s and 18 s are 33 and 34', () => {
    expect([10, 17, 18, 35, 60, 69].map((seconds) => ageBucket(seconds * SECOND))).toEqual([33, 33, 34, 35, 35, 36])
    expect(first(pods({ node: 0, readyAgo: 17 }, { node: 0, readyAgo: 10 }), 2, 1)).toEqual([0])
    expect(first(pods({ node: 0, readyAgo: 18 }, { node: 0, readyAgo: 17 }), 2, 1)).toEqual([1])
  })
})

describe('counts of a ReplicaSet', () => {
  it('counts kept at each change equal a count over all pods, after any changes and with any minReadySeconds', () => {
    const change = fc.record({
      pod: fc.nat(5),
      kind: fc.constantFrom('ready', 'unready', 'failed', 'deleting', 'gone', 'created'),
      wait: fc.nat(3),
    })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.constantFrom(0, 2 * SECOND), (changes, minReady) => {
        const objects = new PodObjects()
        const counts = new ActiveCounts(objects, minReady)
        const existing = new Set<number>()
        let now = 0
        for (const { pod, kind, wait } of changes) {
          now += wait * SECOND
          if (kind === 'created' && !existing.has(pod)) {
            objects.open(pod, { template: 0 }, pod, now)
            existing.add(pod)
          } else if (!existing.has(pod)) continue
          if (kind === 'ready' || kind === 'unready') {
            objects.ready[pod] = Number(kind === 'ready')
            objects.readyChanged[pod] = now
          } else if (kind === 'failed') objects.phase[pod] = ApiPhase.Failed
          else if (kind === 'deleting') objects.deleting[pod] = 1
          if (kind === 'gone') {
            existing.delete(pod)
            counts.gone(pod)
          } else counts.changed(pod)
          expect(counts.at(now)).toEqual(countActive(objects, [...existing], minReady, now))
          const young = [...existing].filter((one) => objects.isActive(one) && objects.ready[one] === 1)
          const due = young.map((one) => objects.readyChanged[one] + minReady).filter((time) => time > now)
          expect(counts.soonest).toBe(Math.min(Infinity, ...due))
        }
      }),
    )
  })
})

describe('work queue', () => {
  it('a queued key is not queued twice, delays keep the earliest, retries double from 5 ms', () => {
    const simulator = new Simulator()
    const syncs: [key: number, at: number][] = []
    const queue = new WorkQueue(simulator, 'test', (key) => syncs.push([key, simulator.now]), 10)
    queue.add(1)
    queue.add(1)
    queue.addAfter(2, 500)
    queue.addAfter(2, 300)
    queue.addAfter(2, 900)
    queue.retry(3)
    simulator.run(5_010)
    queue.retry(3)
    simulator.run(Infinity)
    expect(syncs).toEqual([
      [1, 10],
      [2, 310],
      [3, 5_010],
      [3, 15_020],
    ])
    queue.addAfter(4, 10)
    queue.drop(4)
    simulator.run(Infinity)
    expect(syncs).toHaveLength(4)
  })
})

describe('StatefulSet', () => {
  /** Pods are ready 12 s after their creation and gone 5 s after their deletion; returns when nothing moves any more [s]. */
  function seconds(change: (controller: StatefulSetController, run: () => number) => number, spec: Partial<StatefulSetSpec>): number {
    const simulator = new Simulator()
    const pods: ScriptedPods = new (class extends ScriptedPods {
      override create(...args: Parameters<ScriptedPods['create']>): number {
        const pod = super.create(...args)
        simulator.call(simulator.now + 12 * SECOND, () => this.setReady(pod, true))
        return pod
      }
      override delete(pod: number): void {
        super.delete(pod)
        simulator.call(simulator.now + 5 * SECOND, () => this.remove(pod))
      }
    })(simulator, true)
    const controller = new StatefulSetController({ simulator, objects: pods.objects, control: pods, latency: 0 })
    const defaults = { replicas: 3, template: 0, partition: 0, start: 0, minReady: 0 }
    const set = controller.create({ ...defaults, podManagement: 'OrderedReady', updateStrategy: 'RollingUpdate', ...spec })
    const run = (): number => {
      const begin = simulator.now
      simulator.run(Infinity)
      return (simulator.now - begin) / SECOND
    }
    const created = run()
    const result = change(controller, () => {
      controller.update(set, { template: 1 })
      return run()
    })
    return Number.isNaN(result) ? created : result
  }

  it('3 replicas, 12 s to ready: 36 s in order, 12 s in parallel', () => {
    expect(seconds(() => NaN, {})).toBe(36)
    expect(seconds(() => NaN, { podManagement: 'Parallel' })).toBe(12)
  })

  it('an update takes 3 (5 + 12) = 51 s either way, with partition 2 one pod: 17 s', () => {
    expect(seconds((_, update) => update(), {})).toBe(51)
    expect(seconds((_, update) => update(), { podManagement: 'Parallel' })).toBe(51)
    expect(seconds((_, update) => update(), { partition: 2 })).toBe(17)
  })
})

describe('order of a StatefulSet', () => {
  it('OrderedReady: whatever is scaled and rolled out, a pod is created when all lower ones are available, and rollouts have one at a time away', () => {
    const step = fc.record({
      wait: fc.integer({ min: 1, max: 40 }),
      change: fc.oneof(
        fc.record({ replicas: fc.nat(5) }),
        fc.record({ template: fc.nat(2) }),
        fc.record({ partition: fc.nat(3) }),
        fc.record({ replicas: fc.nat(5), template: fc.nat(2) }),
      ),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.constantFrom(0, 3 * SECOND), (steps, minReady) => {
        const simulator = new Simulator()
        const seen = new Set<number>()
        let scaled = false
        const available = (pod: number): boolean =>
          pods.objects.deleting[pod] === 0 && pods.objects.isAvailable(pod, minReady, simulator.now)
        const check = (): void => {
          const ordinals = pods.objects.ordinal
          const existing = [...pods.existing]
          for (const pod of existing) {
            if (seen.has(pod)) continue
            seen.add(pod)
            const lower = existing.filter((other) => ordinals[other] < ordinals[pod])
            expect(lower).toHaveLength(ordinals[pod])
            expect(lower.filter((other) => !available(other))).toEqual([])
          }
          // A scale-down may delete a pod while an update has another one away.
          if (!scaled) expect(existing.filter((pod) => !available(pod)).length).toBeLessThanOrEqual(1)
          expect(new Set(existing.map((pod) => ordinals[pod])).size).toBe(existing.length)
        }
        const pods = new TimedPods(simulator, () => ({ ready: 7 * SECOND, stop: 4 * SECOND }), check)
        const controller = new StatefulSetController({ simulator, objects: pods.objects, control: pods, latency: 0 })
        const spec: StatefulSetSpec = {
          ...{ replicas: 3, template: 0, partition: 0, start: 0, minReady },
          ...{ podManagement: 'OrderedReady', updateStrategy: 'RollingUpdate' },
        }
        const set = controller.create(spec)
        let at = 60
        for (const { wait, change } of steps) {
          at += wait
          simulator.call(at * SECOND, () => {
            scaled ||= 'replicas' in change
            controller.update(set, change)
          })
        }
        simulator.run(Infinity)
        const { replicas, partition, template } = set.spec
        expect([...set.pods.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: replicas }, (_, ordinal) => ordinal))
        for (const [ordinal, pod] of set.pods) if (ordinal >= partition) expect(pods.objects.template[pod]).toBe(template)
      }),
    )
  })
})

describe('PodDisruptionBudget', () => {
  /** A budget over one workload of `replicas`, `healthy` of whose pods are ready. */
  function budget(
    spec: Omit<BudgetSpec, 'unhealthyPods'>,
    replicas: number,
    healthy: number,
    policy: BudgetSpec['unhealthyPods'] = 'IfHealthyBudget',
  ) {
    const simulator = new Simulator()
    const objects = new PodObjects()
    const deleted: number[] = []
    const controller = new DisruptionController({ simulator, objects, control: { delete: (pod) => deleted.push(pod) }, latency: 0 })
    const object = controller.create({ ...spec, unhealthyPods: policy })
    for (let pod = 0; pod < replicas; pod++) {
      objects.open(pod, { template: 0, node: 0 }, pod, 0)
      objects.phase[pod] = ApiPhase.Running
      objects.ready[pod] = Number(pod < healthy)
      controller.podAdded(object, pod, workload)
    }
    simulator.run(Infinity)
    return { simulator, objects, controller, object, deleted }
  }
  const workload = { replicas: 0 }
  const allowed = (spec: Omit<BudgetSpec, 'unhealthyPods'>, replicas: number, healthy = replicas): number => {
    workload.replicas = replicas
    return budget(spec, replicas, healthy).object.status.allowed
  }

  it('allowed evictions: percentages of the workload, rounded up', () => {
    expect(allowed({ minAvailable: '50%' }, 5)).toBe(2) // desired ceil(2.5) = 3
    expect(allowed({ minAvailable: '50%' }, 7)).toBe(3)
    expect(allowed({ maxUnavailable: '30%' }, 7)).toBe(3)
    expect(allowed({ maxUnavailable: '10%' }, 10, 9)).toBe(0)
    expect(allowed({ maxUnavailable: '25%' }, 4, 3)).toBe(0)
    expect(allowed({ minAvailable: '95%' }, 10)).toBe(0)
    expect(allowed({ maxUnavailable: '50%' }, 1)).toBe(1)
    expect(allowed({ minAvailable: 3 }, 3)).toBe(0)
  })

  it('a granted eviction uses the budget until the pod is replaced; others get 429', () => {
    workload.replicas = 4
    const { controller, object, deleted } = budget({ maxUnavailable: '25%' }, 4, 4)
    expect(controller.evict(0, [object])).toBe('evicted')
    expect(controller.evict(1, [object])).toBe('too many requests')
    expect(controller.evict(1, [object, object])).toBe('several budgets')
    expect(deleted).toEqual([0])
  })

  it('a pod that is not ready: refused by default while others are unhealthy, always evicted with AlwaysAllow', () => {
    workload.replicas = 2
    const strict = budget({ minAvailable: 2 }, 2, 1)
    expect(strict.controller.evict(1, [strict.object])).toBe('too many requests')
    const lax = budget({ minAvailable: 2 }, 2, 1, 'AlwaysAllow')
    expect(lax.controller.evict(1, [lax.object])).toBe('evicted')
    expect(lax.object.status.allowed).toBe(0)
  })
})

describe('node monitor', () => {
  /** Times of NoExecute taints [s] after `down` of `zones[0]` nodes crash at 1 s; leases are renewed at whole tens. */
  function taints(down: number, ...zones: number[]): number[] {
    const simulator = new Simulator()
    const times: number[] = []
    const listener: NodeListener = {
      becameUnknown: () => {},
      tainted: (_, __, effect) => void (effect === 'NoExecute' && times.push(simulator.now / SECOND)),
      untainted: (_, __, effect) => void (effect === 'NoExecute' && times.pop()),
    }
    const monitor = new NodeMonitor(simulator, listener)
    let row = 0
    zones.forEach((size, zone) => {
      for (let i = 0; i < size; i++) monitor.added(row++, `z${zone}`, 0)
    })
    simulator.call(SECOND, () => {
      for (let node = 0; node < down; node++) monitor.crashed(node)
    })
    simulator.run(10_000 * SECOND)
    const first = 50.01 // the pass after 50 s from the pass at 0 s
    return times.map((time) => Math.round(time - first))
  }
  const last = (times: readonly number[]): number | undefined => times.at(-1)

  it('10 of 100 down: one each 10 s, the last at +90 s; 60 of 60 beside a healthy zone: 590 s', () => {
    expect(last(taints(10, 100))).toBe(90)
    expect(last(taints(60, 60, 10))).toBe(590)
  })

  it('40 of 60 (large and partly disrupted): 0.01/s, last at about 3,900 s; 12 of 20: none; 2 of 3: normal', () => {
    const times = taints(40, 60)
    expect(times).toHaveLength(40)
    expect(last(times)! / 3900).toBeCloseTo(1, 1)
    expect(taints(12, 20)).toEqual([])
    expect(taints(2, 3)).toEqual([0, 10])
  })

  it('the only zone is down: the control plane mistrusts itself and evicts nothing', () => {
    expect(taints(5, 5)).toEqual([])
  })

  it('refuses a node that it does not know', () => {
    const monitor = new NodeMonitor(new Simulator(), { becameUnknown: () => {}, tainted: () => {}, untainted: () => {} })
    expect(() => monitor.crashed(NONE)).toThrow('node -1 is not monitored')
  })
})
