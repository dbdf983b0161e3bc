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

/** All passes place the same pods after the same filling (by the index, which decides as the twin does); a quarter more, placed first, warms up. */
function measure(member: SchedulerDefinition, scenario: Scenario, pods: number): Measured {
  const values = valuesOf(member.parameters)
  const pass = (successor: (index: Placer) => Placer): { time: number; answers: number[] } => {
    const churn = new Churn(scenario)
    const index = member.create(values, context())
    churn.fill(index)
    const placer = successor(index)
    const answers: number[] = []
    churn.run(placer, pods >> 2, answers)
    const time = cpuTime(() => churn.run(placer, pods, answers))
    return { time: time / pods, answers }
  }
  // The state of a placer (a pointer, a stream) cannot be handed over, so both start with a new one after the filling.
  const index = pass((placer) => (member.remembers === true ? member.create(values, context()) : placer))
  const twin = pass(() => member.twin!(values as never, context()))
  const nothing = pass(() => new Recorded(index.answers))
  if (hash(index.answers) !== hash(twin.answers)) throw new Error(`${member.name} and its twin disagree at ${JSON.stringify(scenario)}`)
  return { index: Math.max(index.time - nothing.time, 0), twin: twin.time - nothing.time }
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
  return { index: median(all.map((m) => m.index)), twin: median(all.map((m) => m.twin)) }
}

/** Least allocated as a user writes it: a score in a file of their own. */
const ownScore: SchedulerDefinition = {
  ...members.find(({ name }) => name === 'least-allocated')!,
  name: 'own score',
  create: () => byScore(freeShares, 'own score'),
  twin: () => scoreScan(freeShares, 'own score'),
}

const freeShares: Score = (pod, node, { nodes, pods }) =>
  (nodes.freeCpu[node] - pods.cpu[pod]) / nodes.cpu[node] + (nodes.freeMemory[node] - pods.memory[pod]) / nodes.memory[node]

const GOALS: Readonly<Record<string, number>> = { 'first-fit': 3, 'best-fit': 7, 'least-allocated': 5 }

/** A full cluster with pending pods: a pod leaves, and the loop finds which pending pod fits. */
function queue(pending: number, releases: number): Measured {
  const scenario = { nodes: 5000, classes: 32, full: Infinity }
  const member = members.find(({ name }) => name === 'least-allocated')!
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
  return { index: index.time, twin: twin.time }
}

/** The rows of this suite. */
export async function suite({ short }: { readonly short: boolean }): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  const row = (name: string, { index, twin }: Measured, goal?: string) => {
    // After the subtraction the cost may be below the resolution of the clock, that is zero: then there is no ratio.
    rows.push({
      name,
      value: index,
      unit: 'µs a pod',
      twin,
      ...(index > 0 ? { ratio: twin / index } : {}),
      ...(goal === undefined ? {} : { goal }),
    })
  }
  for (const member of members) {
    // Twins are slow: without a goal each is timed once, and in a short bench in one scenario only.
    const isGoal = member.name in GOALS
    const rounds = short || !isGoal ? 1 : 3
    const pods = !short ? 20_000 : isGoal ? 10_000 : 2500
    const at = (scenario: Scenario, some = pods) => medianOf(rounds, () => measure(member, scenario, some))
    const goal = isGoal ? `at least ${GOALS[member.name]} times the twin's speed` : undefined
    const few = { nodes: 5000, classes: 32, full: 0.8 }
    const many = { nodes: 5000, classes: 256, full: 0.8 }
    // Next fit examines one or two nodes, with or without an index: the difference is below the resolution of the clock.
    const floor = member.name === 'next-fit' ? undefined : "at least 0.9 times the twin's speed"
    measure(member, few, short && !isGoal ? pods : 20_000) // warm-up of the compiler, not counted
    const at5000 = at(few)
    row(`${member.name}, 5,000 nodes, 32 classes`, at5000, goal)
    if (short && !isGoal) continue
    row(`${member.name}, 5,000 nodes, 256 classes`, at(many), floor)
    row(`${member.name}, 5,000 nodes, 32 classes, saturated`, at({ ...few, full: Infinity }), goal)
    row(`${member.name}, 5,000 nodes, 256 classes, saturated`, at({ ...many, full: Infinity }), floor)
    const at20000 = at({ ...few, nodes: 20_000 }, pods / 2)
    row(`${member.name}, 20,000 nodes, 32 classes`, at20000)
    if (at5000.index > 0)
      rows.push({
        name: `${member.name}, time a pod from 5,000 to 20,000 nodes`,
        value: at20000.index / at5000.index,
        unit: 'x',
        goal: 'at most 1.5x',
      })
  }
  const own = medianOf(short ? 1 : 3, () => measure(ownScore, { nodes: 5000, classes: 32, full: 0.8 }, short ? 2500 : 10_000))
  row('own score as least-allocated, 5,000 nodes, 32 classes', own, "at least 5 times the twin's speed")
  row('500 pods waiting for a full cluster: a pod leaves, the queue with hints', queue(500, short ? 200 : 1000))
  return rows
}
