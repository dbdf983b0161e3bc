/** Each order by hand and against queueing theory. */
import { describe, expect, test } from 'vitest'
import { clusterOf, shape, template } from '../../testing/cluster.ts'
import type { LooseShape } from '../../testing/cluster.ts'
import { Cluster } from '../../cluster/cluster.ts'
import { Decisions } from '../../cluster/decisions.ts'
import { NodeState, NONE } from '../../cluster/views.ts'
import { Streams } from '../../random/stream.ts'
import { firstFit } from '../members/first-fit.ts'
import { SchedulingLoop } from '../queue/loop.ts'
import { PendingQueue } from '../queue/queue.ts'
import { context } from '../scheduling.fixture.ts'
import { earliestDeadline } from './members/earliest-deadline.ts'
import { valuesOf, type ParameterValue } from '../../common/define.ts'
import { fairShare } from './members/fair-share.ts'
import { fifo } from './members/fifo.ts'
import type { OrderDefinition } from './policy.ts'
import { priority } from './members/priority.ts'
import { shortestFirst } from './members/shortest-first.ts'

const GIB = 1024 ** 3
const loopOf = (cluster: Cluster, order: OrderDefinition, given: Record<string, ParameterValue> = {}) =>
  new SchedulingLoop(
    cluster.view,
    firstFit.create({}, context()),
    new PendingQueue(order.create(valuesOf(order.parameters, given), undefined)),
  )

/** Pods in the order in which they are bound, until nothing more fits. */
function bound(cluster: Cluster, loop: SchedulingLoop): number[] {
  const out = new Decisions()
  const seen: number[] = []
  for (;;) {
    out.clear()
    if (!loop.step(cluster.view, out)) return seen
    cluster.commit(out, 0)
    if (out.node[0] !== NONE) seen.push(out.pod[0])
  }
}

interface PendingPod {
  readonly shape?: LooseShape
  readonly duration?: number
  readonly deadline?: number
}

/** The order in which these pods are bound when all fit: positions in the list. */
function sequence(order: OrderDefinition, pending: readonly PendingPod[]): number[] {
  const { cluster } = clusterOf().node().build()
  const loop = loopOf(cluster, order)
  const pods = pending.map((w) => cluster.createPod(shape(w.shape), NONE, 0, w.duration, w.deadline))
  for (const pod of pods) loop.enqueue(pod)
  return bound(cluster, loop).map((pod) => pods.indexOf(pod))
}

describe('by hand', () => {
  test('fifo: as created', () => expect(sequence(fifo, [{ duration: 9 }, { duration: 1 }, { deadline: 1 }])).toEqual([0, 1, 2]))
  test('priority: 7, 0, 0, -3, across sizes', () => {
    expect(
      sequence(priority, [
        { shape: { priority: -3 } },
        { shape: { priority: 0, cpu: 2000 } },
        { shape: { priority: 7 } },
        { shape: { priority: 0 } },
      ]),
    ).toEqual([2, 1, 3, 0])
  })
  test('shortest-first: 2, 2, 5, then the endless one', () => {
    expect(sequence(shortestFirst, [{}, { duration: 5 }, { duration: 2 }, { duration: 2, shape: { cpu: 10 } }])).toEqual([2, 3, 1, 0])
  })
  test('earliest-deadline: 3, 8, 8, then the one without', () => {
    expect(sequence(earliestDeadline, [{}, { deadline: 8, shape: { cpu: 10 } }, { deadline: 8 }, { deadline: 3 }])).toEqual([3, 1, 2, 0])
  })
  test('a pod that fits nowhere blocks no other pod under any order: the second is bound', () => {
    for (const order of [fifo, priority, shortestFirst, earliestDeadline, fairShare]) {
      const first = { shape: { cpu: '99', priority: 9, tenant: 'a' }, duration: 1, deadline: 1 }
      expect(sequence(order, [first, { duration: 2, deadline: 2 }])).toEqual([1])
    }
  })
})

describe('fair-share', () => {
  const tenant = (name: string, cpu: string, memory: string, more: LooseShape = {}): LooseShape => ({ tenant: name, cpu, memory, ...more })

  test('Ghodsi et al., figure 1 and table 1: 9 CPU, 18 GB, A <1, 4>, B <3, 1>: B, A, A, B, A; 3 and 2 tasks; dominant shares 12/18 = 6/9', () => {
    const { cluster } = clusterOf().node({ cpu: '9', memory: '18Gi' }).build()
    const loop = loopOf(cluster, fairShare)
    // The paper starts with B; here, on equal shares, the tenant with the oldest pod is first.
    const names = ['B', 'A']
    for (let i = 0; i < 10; i++)
      loop.enqueue(cluster.createPod(shape(i % 2 === 0 ? tenant('B', '3', '1Gi') : tenant('A', '1', '4Gi')), NONE, 0))
    expect(
      bound(cluster, loop)
        .map((pod) => names[pod % 2])
        .join(''),
    ).toBe('BAABA')
    expect([cluster.view.nodes.freeCpu[0], cluster.view.nodes.freeMemory[0]]).toEqual([0, 4 * GIB])
  })

  test('weights 1 and 2: of 12 tasks of one core on 12 cores the tenant of weight 2 gets 8, and a tenant twice is refused', () => {
    const { cluster } = clusterOf().node({ cpu: '12', memory: '64Gi' }).build()
    const loop = loopOf(cluster, fairShare, { weights: [{ tenant: 'B', weight: 2 }] })
    for (let i = 0; i < 24; i++) loop.enqueue(cluster.createPod(shape(tenant(i % 2 === 0 ? 'A' : 'B', '1', '1Gi')), NONE, 0))
    // Shares 0 and 0, then A 1/12 against 0, then 1/12 against 1/24, then 1/12 against 2/24: the older pod.
    const order = bound(cluster, loop).map((pod) => 'AB'[pod % 2])
    expect(order.join('')).toBe('ABBABBABBABB')
    const twice = [1, 2].map((weight) => ({ tenant: 'B', weight }))
    expect(fairShare.problems!({ weights: twice })[0].message).toBe('found the tenant B a second time; accepted: each tenant once')
  })

  test('three resources: a task is 1/8 of the 8 GPUs, of the 32 cores, of the 8 licences: in turn, until the cores run out', () => {
    const { cluster } = clusterOf()
      .node({ cpu: '32', memory: '64Gi', gpus: 8, resources: { 'example.com/license': 8 } })
      .build()
    const loop = loopOf(cluster, fairShare)
    const shapes = [
      tenant('gpu', '1', '1Gi', { gpus: 1 }),
      tenant('cores', '4', '1Gi'),
      tenant('licence', '1', '1Gi', { resources: { 'example.com/license': 1 } }),
    ]
    for (let i = 0; i < 30; i++) loop.enqueue(cluster.createPod(shape(shapes[i % 3]), NONE, 0))
    // In each round every share grows by 1/8; 4 rounds take 4 * (1 + 4 + 1) = 24 cores, in the fifth 2 are left, which only the small tasks fit.
    const order = bound(cluster, loop).map((pod) => pod % 3)
    expect(order.slice(0, 15)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2])
    expect(order.slice(15)).toEqual([0, 2])
  })

  test('shares of a device count as shares: halves and whole GPUs of 4', () => {
    const { cluster } = clusterOf().node({ cpu: '64', gpus: 4 }).build()
    const loop = loopOf(cluster, fairShare)
    const half = tenant('half', '1', '1Gi', { gpus: 1, gpuMilli: 500 })
    const whole = tenant('whole', '1', '1Gi', { gpus: 1 })
    for (const pod of [half, half, half, half, half, whole, whole]) loop.enqueue(cluster.createPod(shape(pod), NONE, 0))
    // 0/4, then 0.5 against 0, then 0.5 against 1, then 1 against 1 (the older pod), 1.5 against 1.
    expect(bound(cluster, loop)).toEqual([0, 5, 1, 2, 6, 3])
  })

  test('released pods no longer count; nodes that join reduce the shares', () => {
    const { cluster } = clusterOf().node({ cpu: '10', memory: '100Gi' }).build()
    const loop = loopOf(cluster, fairShare)
    const pod = (name: string, cpu: string, memory: string) => cluster.createPod(shape(tenant(name, cpu, memory)), NONE, 0)
    const a = pod('a', '4', '1Gi') // 4/10
    const b = pod('b', '1', '30Gi') // 3/10
    for (const p of [a, b]) loop.enqueue(p)
    expect(bound(cluster, loop)).toEqual([a, b])
    const a2 = pod('a', '1', '1Gi')
    const b2 = pod('b', '1', '1Gi')
    for (const p of [a2, b2]) loop.enqueue(p)
    expect(loopHead(cluster, loop)).toBe(b2) // 0.3 before 0.4
    cluster.addNode(template({ cpu: '90', memory: '1Gi' }), 0) // a 4/100, b 30/101
    expect(loopHead(cluster, loop)).toBe(a2)
    cluster.setNodeState(1, NodeState.Cordoned) // still counted
    expect(loopHead(cluster, loop)).toBe(a2)
    cluster.removeNode(1)
    expect(loopHead(cluster, loop)).toBe(b2)
    cluster.release(a, 0)
    expect(loopHead(cluster, loop)).toBe(a2)
  })
})

/** The pod that would be next; nothing is committed. */
function loopHead(cluster: Cluster, loop: SchedulingLoop): number {
  const out = new Decisions()
  loop.step(cluster.view, out)
  loop.refused(out.pod[0])
  return out.pod[0]
}

// One node with capacity for one pod: the single server of the textbooks.

interface Job {
  readonly arrives: number
  readonly work: number
  readonly deadline: number
  readonly priority: number
}

/** When each job starts, under an order without preemption. */
function starts(order: OrderDefinition, jobs: readonly Job[]): number[] {
  const cluster = new Cluster()
  cluster.addNode(template({ cpu: 1000 }), 0)
  const loop = loopOf(cluster, order)
  const jobOf = new Map<number, number>()
  const started = jobs.map(() => NaN)
  const out = new Decisions()
  let running = NONE
  let free = 0
  /** Starts the next job; false when there is none. */
  const begin = (now: number): boolean => {
    out.clear()
    running = NONE
    if (!loop.step(cluster.view, out)) return false
    cluster.commit(out, 0)
    running = out.pod[0]
    const job = jobOf.get(running)!
    started[job] = now
    free = now + jobs[job].work
    return true
  }
  const endUntil = (time: number): void => {
    let busy = running !== NONE
    while (busy) {
      if (free > time) return
      cluster.release(running, 0)
      busy = begin(free)
    }
  }
  jobs.forEach(({ arrives, work, deadline, priority: value }, i) => {
    endUntil(arrives)
    const pod = cluster.createPod(shape({ cpu: 1000, priority: value }), NONE, 0, work, deadline)
    jobOf.set(pod, i)
    loop.enqueue(pod)
    // While a job runs a try would only park the class.
    if (running === NONE) begin(arrives)
  })
  endUntil(Infinity)
  return started
}

const random = (name: string) => new Streams('orders', 0).stream(name)

/** Poisson arrivals at rate lambda, exponential work of mean 1. */
function poisson(name: string, count: number, lambda: number, priorityOf: (u: number) => number = () => 0): Job[] {
  const stream = random(name)
  let now = 0
  return Array.from({ length: count }, () => {
    now -= Math.log(1 - stream.next()) / lambda
    return { arrives: now, work: -Math.log(1 - stream.next()), deadline: Infinity, priority: priorityOf(stream.next()) }
  })
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('against theory: one node, one slot', () => {
  const lambda = 0.8
  // The mean wait of n customers has the variance (2 + 5r - 4r^2 + r^3) r / (1 - r)^4 / n = 0.0099: its standard error is 2.5 % of 4.
  const jobs = poisson('spt', 200_000, lambda)
  const waits = (order: OrderDefinition) => starts(order, jobs).map((start, i) => start - jobs[i].arrives)

  test('M/M/1, fifo: Wq = rho / (1 - rho) = 4 at rho 0.8; within 6 %', () => {
    expect(Math.abs(mean(waits(fifo)) / 4 - 1)).toBeLessThan(0.06)
  })

  test('shortest first (Phipps 1956): Wq = integral of (lambda E[S^2] / 2) / (1 - lambda integral_0^x t e^-t dt)^2 e^-x dx; within 5 %', () => {
    // Work below x: lambda * (1 - e^-x - x e^-x); by Simpson's rule on 0..60 with 6,000 steps.
    const at = (x: number): number => {
      const below = lambda * (1 - Math.exp(-x) - x * Math.exp(-x))
      return (lambda / ((1 - below) * (1 - below))) * Math.exp(-x)
    }
    const h = 0.01
    let sum = at(0) + at(60)
    for (let i = 1; i < 6000; i++) sum += (i % 2 === 1 ? 4 : 2) * at(i * h)
    const expected = (sum * h) / 3
    expect(expected).toBeGreaterThan(1) // and below fifo's 4
    expect(expected).toBeLessThan(2.5)
    const seen = waits(shortestFirst)
    expect(Math.abs(mean(seen) / expected - 1)).toBeLessThan(0.05)
    // Work of 0.5 alone: (lambda E[S^2] / 2) / (1 - work below)^2, jobs of 0.45 to 0.55.
    const some = seen.filter((_, i) => Math.abs(jobs[i].work - 0.5) < 0.05)
    const of = at(0.5) / Math.exp(-0.5)
    expect(some.length).toBeGreaterThan(10_000)
    expect(Math.abs(mean(some) / of - 1)).toBeLessThan(0.05)
  })

  test('shortest first has the least mean wait of 720 orders of 6 jobs that are all present (Smith 1956)', () => {
    const stream = random('smith')
    for (let round = 0; round < 20; round++) {
      const batch: Job[] = Array.from({ length: 6 }, () => ({ arrives: 0, work: 1 + stream.int(50), deadline: Infinity, priority: 0 }))
      // The first job starts before the others arrive, so a short one is put first.
      const head: Job = { arrives: 0, work: 1, deadline: Infinity, priority: 0 }
      const seen = mean(starts(shortestFirst, [head, ...batch]).slice(1))
      let least = Infinity
      for (const permutation of permutations(6)) {
        let now = 1
        let sum = 0
        for (const i of permutation) {
          sum += now
          now += batch[i].work
        }
        least = Math.min(least, sum / 6)
      }
      expect(seen).toBeCloseTo(least, 9)
    }
  })

  test('priority, two classes, no preemption (Cobham 1954): W1 = W0 / (1 - rho1), W2 = W0 / ((1 - rho1)(1 - rho)), W0 = rho = 0.8; within 5 %', () => {
    const two = poisson('cobham', 200_000, lambda, (u) => (u < 0.4 ? 1 : 0)) // rho1 = 0.32
    const seen = starts(priority, two).map((start, i) => start - two[i].arrives)
    const of = (value: number) => mean(seen.filter((_, i) => two[i].priority === value))
    expect(Math.abs(of(1) / (0.8 / 0.68) - 1)).toBeLessThan(0.05)
    expect(Math.abs(of(0) / (0.8 / (0.68 * 0.2)) - 1)).toBeLessThan(0.06)
    // Kleinrock's conservation law: the mean over all is fifo's.
    expect(Math.abs(mean(seen) / 4 - 1)).toBeLessThan(0.05)
  })

  test('earliest deadline: least maximum lateness of 720 orders of 6 jobs that are all present (Jackson 1955)', () => {
    const stream = random('jackson')
    for (let round = 0; round < 20; round++) {
      const batch: Job[] = Array.from({ length: 6 }, () => ({
        arrives: 0,
        work: 1 + stream.int(50),
        deadline: 1 + stream.int(200),
        priority: 0,
      }))
      const head: Job = { arrives: 0, work: 1, deadline: 0, priority: 0 }
      const started = starts(earliestDeadline, [head, ...batch]).slice(1)
      const seen = Math.max(...started.map((start, i) => start + batch[i].work - batch[i].deadline))
      let least = Infinity
      for (const permutation of permutations(6)) {
        let now = 1
        let worst = -Infinity
        for (const i of permutation) {
          now += batch[i].work
          worst = Math.max(worst, now - batch[i].deadline)
        }
        least = Math.min(least, worst)
      }
      expect(seen).toBe(least)
    }
  })

  test('earliest deadline, unit slots: no deadline is missed when demand(t1, t2) <= t2 - t1 for all t1 < t2; fifo misses some of the same jobs', () => {
    const stream = random('edf')
    let missedByFifo = 0
    let sets = 0
    while (sets < 300) {
      // With equal work of 1 at whole instants, preemption would not improve earliest deadline.
      const list: Job[] = Array.from({ length: 12 }, () => {
        const arrives = stream.int(14)
        return { arrives, work: 1, deadline: arrives + 1 + stream.int(8), priority: 0 }
      }).sort((x, y) => x.arrives - y.arrives)
      if (!demandBoundHolds(list)) continue
      sets++
      const missed = (order: OrderDefinition) => unitSlots(order, list).filter((start, i) => start + 1 > list[i].deadline).length
      expect(missed(earliestDeadline)).toBe(0)
      missedByFifo += missed(fifo)
    }
    expect(missedByFifo).toBeGreaterThan(100)
  })
})

/** Start times of jobs of work 1 at whole instants: all that arrived by t are in the queue before the slot [t, t + 1) is assigned. */
function unitSlots(order: OrderDefinition, jobs: readonly Job[]): number[] {
  const cluster = new Cluster()
  cluster.addNode(template({ cpu: 1000 }), 0)
  const loop = loopOf(cluster, order)
  const pods: number[] = []
  const started = jobs.map(() => NaN)
  const out = new Decisions()
  for (let time = 0; started.some(Number.isNaN); time++) {
    while (pods.length < jobs.length && jobs[pods.length].arrives <= time) {
      const pod = cluster.createPod(shape({ cpu: 1000 }), NONE, 0, 1, jobs[pods.length].deadline)
      pods.push(pod)
      loop.enqueue(pod)
    }
    out.clear()
    if (!loop.step(cluster.view, out)) continue
    cluster.commit(out, 0)
    started[pods.lastIndexOf(out.pod[0])] = time
    cluster.release(out.pod[0], 0)
  }
  return started
}

function demandBoundHolds(jobs: readonly Job[]): boolean {
  for (const { arrives: from } of jobs) {
    for (const { deadline: to } of jobs) {
      if (jobs.filter((job) => job.arrives >= from && job.deadline <= to).length > Math.max(0, to - from)) return false
    }
  }
  return true
}

function permutations(n: number): number[][] {
  if (n === 0) return [[]]
  return permutations(n - 1).flatMap((rest) => Array.from({ length: n }, (_, i) => [...rest.slice(0, i), n - 1, ...rest.slice(i)]))
}
