/**
 * Placement: CPU time per pod of each scheduler's index and of its twin (reference implementation), over the same history. The cluster's
 * own work (create, bind, release), timed by a third pass that only repeats the decisions, is subtracted from both. Nodes of four sizes,
 * pods of Zipf-distributed classes; once the cluster has reached its load, a random pod leaves for each that arrives. The sequences of
 * decisions must be equal, or the bench fails.
 */
import { shape, template } from '../sim/testing/index.ts'
import { Cluster } from '../sim/cluster/cluster.ts'
import { DecisionKind, Decisions } from '../sim/cluster/decisions.ts'
import { NONE, valuesOf } from '../sim/index.ts'
import type { Placer, PodShape, SchedulerDefinition, Score } from '../sim/index.ts'
import { Streams } from '../sim/random/index.ts'
import { byScore, SchedulingLoop, scoreScan, members } from '../sim/scheduling/index.ts'
import { NaiveLoop } from '../sim/scheduling/queue/naive-loop.ts'
import type { BenchRow } from './harness.ts'
import { kubeRows } from './kubernetes.ts'

const GiB = 1024 ** 3
/** Cores and GiB. */
const SIZES = [
  [16, 64],
  [32, 128],
  [64, 256],
  [32, 256],
] as const

/** A whole number below n, by u^1.5. */
const towardsZero = (u: number, n: number): number => Math.floor(u * Math.sqrt(u) * n)

interface Scenario {
  readonly nodes: number
  readonly classes: number
  /** Share of the scarcer of cpu and memory that is requested; Infinity: a pod leaves only when another finds no node. */
  readonly full: number
}

/** A cluster, an endless sequence of pods, and the bound pods. */
class Churn {
  readonly cluster = new Cluster()
  readonly shapes: PodShape[] = []
  private readonly random = new Streams('placement', 0).stream('churn')
  private readonly chances: number[] = []
  private readonly bound: number[] = []
  private released = 0
  private readonly alive: number

  constructor({ nodes, classes, full }: Scenario) {
    const { random } = this
    let cores = 0
    let gib = 0
    const templates = SIZES.map(([c, m]) => template({ cpu: c * 1000, memory: m * GiB }))
    for (let i = 0; i < nodes; i++) {
      const size = random.int(SIZES.length)
      this.cluster.addNode(templates[size], 0)
      cores += SIZES[size][0]
      gib += SIZES[size][1]
    }
    let sum = 0
    for (let i = 0; i < classes; i++) sum += 1 / (i + 1)
    let below = 0
    let meanCpu = 0
    let meanMemory = 0
    for (let i = 0; i < classes; i++) {
      // 0.1 to 8 cores and 1/8 to 32 GiB, small ones more often; adding `i` millicores makes the classes distinct.
      const cpu = [100, 250, 500, 1000, 2000, 4000, 8000][towardsZero(random.next(), 7)] + i
      const memory = (GiB / 8) * 2 ** towardsZero(random.next(), 9)
      this.shapes.push(shape({ cpu, memory }))
      const chance = 1 / (i + 1) / sum
      this.chances.push((below += chance))
      meanCpu += chance * cpu
      meanMemory += chance * memory
    }
    this.alive = Math.floor(full * Math.min((cores * 1000) / meanCpu, (gib * GiB) / meanMemory))
  }

  /** Places pods until the cluster is in its steady state. */
  fill(placer: Placer): void {
    const enough = this.alive === Infinity ? () => this.released > 2000 : () => this.bound.length >= this.alive
    while (!enough()) this.one(placer)
  }

  /** Places `pods` pods and appends their nodes to `answers`. */
  run(placer: Placer, pods: number, answers: number[]): void {
    for (let i = 0; i < pods; i++) answers.push(this.one(placer))
  }

  next(): number {
    const u = this.random.next()
    let at = 0
    while (at < this.chances.length - 1 && this.chances[at] < u) at++
    return this.cluster.createPod(this.shapes[at], NONE, 0)
  }

  remember(pod: number): void {
    this.bound.push(pod)
  }

  releaseOne(): void {
    const { bound } = this
    const at = this.random.int(bound.length)
    this.cluster.release(bound[at], 0)
    bound[at] = bound[bound.length - 1]
    bound.pop()
    this.released++
  }

  private one(placer: Placer): number {
    const { cluster } = this
    if (this.bound.length >= this.alive) this.releaseOne()
    const pod = this.next()
    const node = placer.place(pod, cluster.view)
    if (node === NONE) {
      cluster.deletePending(pod)
      this.releaseOne()
    } else if (cluster.bind(pod, node)) this.bound.push(pod)
    else throw new Error(`pod ${pod} was refused by node ${node}`)
    return node
  }
}

const leastAllocated = members.find(({ name }) => name === 'least-allocated')!

/** They look at many nodes for each pod, so that filling a cluster would take minutes: least-allocated fills it. */
const SCANNING: readonly string[] = ['ecs', 'nomad']

/** What two readings of the process's CPU time can differ by without work in between [µs]. */
const CLOCK_STEP = 1000

/** CPU time in µs, of all threads. */
function cpuTime(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const used = process.cpuUsage(before)
  return used.user + used.system
}

const context = () => ({ random: new Streams('placement', 0).stream('placer'), now: () => 0, wakeAt: () => undefined })

interface Measured {
  /** µs per pod. */
  readonly index: number
  readonly twin: number
  /** Smallest difference of two passes that is not noise [µs per pod]. */
  readonly resolution: number
}

/** Repeats the answers of another placer. */
class Recorded implements Placer {
  examined = 0
  private next = 0
  private readonly answers: readonly number[]

  constructor(answers: readonly number[]) {
    this.answers = answers
  }

  place(): number {
    return this.answers[this.next++]
  }
}

/** All passes place the same pods after the same filling (by the index, which decides as the twin does, or by least-allocated); a quarter more, placed first, warms up. */
function measure(member: SchedulerDefinition, scenario: Scenario, pods: number): Measured {
  const values = valuesOf(member.parameters)
  const pass = (successor: (index: Placer) => Placer): { time: number; answers: number[] } => {
    const churn = new Churn(scenario)
    const filler = SCANNING.includes(member.name)
      ? leastAllocated.create(valuesOf(leastAllocated.parameters), context())
      : member.create(values, context())
    churn.fill(filler)
    const placer = successor(filler)
    const answers: number[] = []
    churn.run(placer, pods >> 2, answers)
    const time = cpuTime(() => churn.run(placer, pods, answers))
    return { time: time / pods, answers }
  }
  // The state of a placer (a pointer, a stream) cannot be handed over, so both start with a new one after the filling.
  const isNew = member.remembers === true || SCANNING.includes(member.name)
  const index = pass((placer) => (isNew ? member.create(values, context()) : placer))
  const twin = pass(() => member.twin!(values as never, context()))
  const nothing = pass(() => new Recorded(index.answers))
  const again = pass(() => new Recorded(index.answers))
  if (hash(index.answers) !== hash(twin.answers)) throw new Error(`${member.name} and its twin disagree at ${JSON.stringify(scenario)}`)
  const rest = Math.min(nothing.time, again.time)
  // The same work, timed twice: a difference that is not larger is noise, nor is one below a step of the clock.
  const resolution = Math.max(Math.abs(nothing.time - again.time), CLOCK_STEP / pods)
  return { index: index.time - rest, twin: twin.time - rest, resolution }
}

function hash(answers: readonly number[]): number {
  let sum = 0
  for (const answer of answers) sum = (Math.imul(sum, 31) + answer) | 0
  return sum
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}

function medianOf(rounds: number, run: () => Measured): Measured {
  const all = Array.from({ length: rounds }, run)
  const medianBy = (of: (measured: Measured) => number): number => median(all.map(of))
  return { index: medianBy((m) => m.index), twin: medianBy((m) => m.twin), resolution: medianBy((m) => m.resolution) }
}

/** Least allocated as a user writes it: a score in a file of their own. */
const ownScore: SchedulerDefinition = {
  ...leastAllocated,
  name: 'own score',
  create: () => byScore(freeShares, 'own score'),
  twin: () => scoreScan(freeShares, 'own score'),
}

const freeShares: Score = (pod, node, { nodes, pods }) =>
  (nodes.freeCpu[node] - pods.cpu[pod]) / nodes.cpu[node] + (nodes.freeMemory[node] - pods.memory[pod]) / nodes.memory[node]

/** The schedulers that treat pods and nodes as vectors: their time must hardly grow with the number of pod classes. */
const VECTORS: readonly string[] = ['dot-product', 'cosine', 'norm-difference']

const GOALS: Readonly<Record<string, number>> = { 'first-fit': 3, 'best-fit': 7, 'least-allocated': 5 }

/** A full cluster with pending pods: a pod leaves, and the loop finds which pending pod fits. */
function queue(pending: number, releases: number): Measured {
  const scenario = { nodes: 5000, classes: 32, full: Infinity }
  const member = leastAllocated
  const time = (naive: boolean, count: number): { time: number; hash: number } => {
    const churn = new Churn(scenario)
    const { cluster } = churn
    const placer = member.create({}, context())
    churn.fill(placer)
    const hinted = new SchedulingLoop(cluster.view, placer)
    const plain = new NaiveLoop(placer)
    const out = new Decisions()
    let hash = 0
    const drain = () => {
      for (;;) {
        out.clear()
        const more = naive ? plain.step(cluster.view, out) : hinted.step(cluster.view, out)
        if (!more) return
        cluster.commit(out, 0)
        for (let row = 0; row < out.count; row++) {
          if (out.kind[row] !== DecisionKind.Bind) continue
          hash = (Math.imul(hash, 31) + out.node[row]) | 0
          churn.remember(out.pod[row])
        }
      }
    }
    for (let i = 0; i < pending; i++) {
      const pod = churn.next()
      if (naive) plain.enqueue(pod)
      else hinted.enqueue(pod)
    }
    drain()
    const used = cpuTime(() => {
      for (let i = 0; i < count; i++) {
        churn.releaseOne()
        drain()
      }
    })
    return { time: used / count, hash }
  }
  const index = time(false, releases)
  const twin = time(true, releases)
  if (index.hash !== twin.hash) throw new Error('the queue with hints and the naive queue disagree')
  return { index: index.time, twin: twin.time, resolution: CLOCK_STEP / releases }
}

const FEW = { nodes: 5000, classes: 32, full: 0.8 }
const MANY = { ...FEW, classes: 256 }

/** A row; without a ratio when the cost is below what can be measured. */
function timeRow(name: string, { index, twin, resolution }: Measured, goal?: string): BenchRow {
  const ratio = index >= resolution && twin >= resolution ? { ratio: twin / index } : {}
  return { name, value: index, resolution, unit: 'µs a pod', twin, ...ratio, ...(goal === undefined ? {} : { goal }) }
}

/** How much longer a pod takes in the larger scenario; no row when one of the two times is below what can be measured. */
function growthRow(name: string, small: Measured, large: Measured, goal: string): BenchRow[] {
  if (small.index < small.resolution || large.index < large.resolution) return []
  return [{ name, value: large.index / small.index, unit: 'x', goal }]
}

/** The rows of one scheduler. */
function rowsOf(member: SchedulerDefinition, short: boolean): BenchRow[] {
  // Twins are slow: without a goal each is timed once, and in a short bench in one or two scenarios only.
  const { name } = member
  const isGoal = name in GOALS
  const isVector = VECTORS.includes(name)
  const rounds = short || !isGoal ? 1 : 3
  const fewer = SCANNING.includes(name) ? 5 : 1
  const pods = Math.ceil((!short ? 20_000 : isGoal ? 10_000 : 2500) / fewer)
  const at = (scenario: Scenario, some = pods) => medianOf(rounds, () => measure(member, scenario, some))
  const goal = isGoal ? `at least ${GOALS[name]} times the twin's speed` : undefined
  // Next fit examines one or two nodes, with or without an index: the difference is below the resolution of the clock.
  const floor = name === 'next-fit' ? undefined : "at least 0.9 times the twin's speed"
  measure(member, FEW, (short && !isGoal) || fewer > 1 ? pods : 20_000) // warm-up of the compiler, not counted
  const few = at(FEW)
  const rows = [timeRow(`${name}, 5,000 nodes, 32 classes`, few, goal)]
  if (!short || isGoal || isVector) {
    const many = at(MANY)
    rows.push(timeRow(`${name}, 5,000 nodes, 256 classes`, many, floor))
    if (isVector) rows.push(...growthRow(`${name}, time a pod from 32 to 256 classes`, few, many, 'at most 3x'))
  }
  if (short && !isGoal) return rows
  rows.push(timeRow(`${name}, 5,000 nodes, 32 classes, saturated`, at({ ...FEW, full: Infinity }), goal))
  rows.push(timeRow(`${name}, 5,000 nodes, 256 classes, saturated`, at({ ...MANY, full: Infinity }), floor))
  const larger = at({ ...FEW, nodes: 20_000 }, pods / 2)
  rows.push(timeRow(`${name}, 20,000 nodes, 32 classes`, larger))
  rows.push(...growthRow(`${name}, time a pod from 5,000 to 20,000 nodes`, few, larger, 'at most 1.5x'))
  return rows
}

/** The rows of this suite. */
export async function suite({ short }: { readonly short: boolean }): Promise<BenchRow[]> {
  const own = medianOf(short ? 1 : 3, () => measure(ownScore, { nodes: 5000, classes: 32, full: 0.8 }, short ? 2500 : 10_000))
  const ownRow = timeRow('own score as least-allocated, 5,000 nodes, 32 classes', own, "at least 5 times the twin's speed")
  const hints = timeRow('500 pods waiting for a full cluster: a pod leaves, the queue with hints', queue(500, short ? 200 : 1000))
  // The twin of kubernetes makes objects of all pods and nodes for every pod, so it has scenarios of its own.
  const others = members.filter(({ name }) => name !== 'kubernetes')
  return [...others.flatMap((member) => rowsOf(member, short)), ...kubeRows(short), ownRow, hints]
}
