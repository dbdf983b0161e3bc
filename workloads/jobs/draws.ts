/** Which job comes: one that arrives, or one that is met at a random instant through a task of it that runs then. */
import { distribution, type Distribution, type RandomStream, scoreCorrelation } from '../../sim/random/index.ts'
import type { Resource } from '../shape/demand.ts'
import { cumulated, placeOf } from '../shape/weights.ts'
import type { TraceShape } from '../traces/trace.ts'
import { countsOf, MAX_TASKS, type Counts } from './counts.ts'
import { drawDag } from './dag.ts'
import { lengthBiased, scoreOf, uniformOf, type LengthBiased } from './length-biased.ts'
import type { JobPlan } from './plan.ts'
import { JobShapes } from './shapes.ts'
import { correlated, correlatedUniform, cpuSteps, memorySteps, Steps } from './sizes.ts'
import type { DrawnJobsSpec, JobSize } from './spec.ts'

/**
 * Draws jobs into a plan. `arriving`: a fresh one. `met`: one in proportion to the time of its tasks, and how old it is when a task of it,
 * met in proportion to its duration, is met at a uniform instant of it. Of a stationary stream of rate λ such meetings come in a Poisson
 * number of mean λ × taskTime; each alive job is met once through each of its tasks that run. `met` returns whether it was the first of
 * those, in the order of the tasks: so each alive job is kept once. The order has an advantage over a draw with probability 1 / running: where no
 * task waits, the search ends with the first task that runs, and a job of a thousand costs what one task costs to reject.
 */
export interface JobDraws {
  arriving(plan: JobPlan): void
  met(plan: JobPlan): boolean
  /** E[sum of the durations of a job's tasks] [µs]. */
  readonly taskTime: number
  /** Tasks that are drawn for a meeting, on average. */
  readonly tasksMet: number
  /** E[sum of demand × duration] [unit·µs]. */
  demandTime(resource: Resource): number
  /** Mean duration of a task [µs]. */
  readonly meanDuration: number
  readonly shapes: JobShapes['rows']
  /** What a reader must know about the law. */
  readonly notes: readonly string[]
}

const whole = (time: number): number => Math.max(1, Math.floor(time + 0.5))

/** Requests by their uniforms, and the shapes made of them. */
class Requests {
  readonly cpu: Steps
  readonly memory: Steps | null
  private readonly listed: readonly { readonly asked: TraceShape; readonly resources: Readonly<Record<string, number>> }[]

  constructor(size: JobSize) {
    if (size.kind === 'drawn') {
      this.cpu = cpuSteps(size.cpu)
      this.memory = memorySteps(size.memory)
      this.listed = []
      return
    }
    // From small to large, so that a rank correlation has something to hold on to; "values" are places in the sorted list.
    const sorted = size.shapes.filter(({ weight }) => weight > 0).sort((a, b) => a.cpu - b.cpu || a.memory - b.memory || a.gpus - b.gpus)
    this.listed = sorted.map(({ cpu, memory, gpus, resources }) => ({
      asked: { cpu, memory, gpus, gpuMilli: gpus > 0 ? 1000 : 0, gpuModels: [] },
      resources: resources ?? {},
    }))
    const sums = cumulated(sorted.map(({ weight }) => weight))
    this.cpu = new Steps([...sorted.keys()], [...sums.map((sum) => sum / sums[sums.length - 1])])
    this.memory = null
  }

  /** Place of the request: cpu and memory place in one number. */
  id(uCpu: number, uMemory: number): number {
    return this.memory === null ? this.cpu.at(uCpu) : this.cpu.at(uCpu) * this.memory.values.length + this.memory.at(uMemory)
  }

  cpuOf(id: number): number {
    return this.memory === null ? this.listed[id].asked.cpu : this.cpu.values[Math.floor(id / this.memory.values.length)]
  }

  row(id: number, shapes: JobShapes, tenant: string, priority: number): number {
    if (this.memory === null) return shapes.row(id, this.listed[id].asked, this.listed[id].resources, tenant, priority)
    const asked = { cpu: this.cpuOf(id), memory: this.memory.values[id % this.memory.values.length], gpus: 0, gpuMilli: 0, gpuModels: [] }
    return shapes.row(id, asked, NO_RESOURCES, tenant, priority)
  }

  /** E[demand × g(cpu) | Z = z]: `toCpu` is the correlation of the CPU request's score with Z, `toMemory` that of memory's with the CPU request's. */
  demandGiven(resource: Resource, z: number, toCpu: number, toMemory: number): number {
    if (this.memory === null) return this.cpu.meanGiven(z, toCpu, (place) => demandOfShape(this.listed[place].asked, resource))
    if (resource === 'cpu') return this.cpu.meanGiven(z, toCpu)
    return resource === 'memory' ? this.memory.meanGiven(z, toCpu * toMemory) : 0
  }
}

const demandOfShape = (asked: TraceShape, resource: Resource): number =>
  resource === 'gpu' ? asked.gpus * asked.gpuMilli : asked[resource]

const NO_RESOURCES = {}

/** What both kinds of drawn jobs share: request, class, tenant, deadline. */
abstract class Drawn implements JobDraws {
  abstract readonly taskTime: number
  abstract readonly tasksMet: number
  abstract readonly meanDuration: number
  readonly made: JobShapes
  abstract readonly notes: readonly string[]
  protected readonly spec: DrawnJobsSpec
  protected readonly requests: Requests
  protected readonly counts: readonly Counts[]
  protected readonly classes: Float64Array
  protected readonly toMemory: number
  protected readonly arrivingStream: RandomStream
  protected readonly metStream: RandomStream
  private readonly tenants: Float64Array
  private readonly slack: Distribution | null

  constructor(spec: DrawnJobsSpec, arrivingStream: RandomStream, metStream: RandomStream) {
    this.spec = spec
    this.arrivingStream = arrivingStream
    this.metStream = metStream
    this.made = new JobShapes(spec.usage, spec.limited)
    this.requests = new Requests(spec.size)
    this.counts = spec.classes.map(({ tasks }) => countsOf(tasks))
    this.classes = cumulated(spec.classes.map(({ weight }) => weight))
    this.toMemory = scoreCorrelation(spec.correlation.memory)
    this.tenants = cumulated(spec.tenants.map(({ weight }) => weight))
    this.slack = spec.deadline === null ? null : distribution(spec.deadline)
  }

  get shapes(): JobShapes['rows'] {
    return this.made.rows
  }

  abstract arriving(plan: JobPlan): void
  abstract met(plan: JobPlan): boolean
  abstract demandTime(resource: Resource): number

  /** Mean number of tasks. */
  protected get meanCount(): number {
    const { classes } = this.spec
    let sum = 0
    classes.forEach(({ weight }, i) => (sum += weight * this.counts[i].mean))
    return sum / this.classes[classes.length - 1]
  }

  /** Tenant, DAG, deadline and shape of a job whose tasks, class and request are known. */
  protected finish(plan: JobPlan, id: number, kind: number, stream: RandomStream): void {
    plan.tenant = placeOf(this.tenants, stream.next())
    plan.dag = drawDag(this.spec.dag, plan.tasks, stream)
    plan.slack = this.slack === null ? Infinity : Math.max(0, this.slack.sample(stream))
    plan.shapes.fill(this.requests.row(id, this.made, this.spec.tenants[plan.tenant].name, this.spec.classes[kind].priority), 0, plan.tasks)
  }
}

/** Durations drawn for each task; those of one job share the job's CPU request and so, when they are correlated with it, are alike. */
export class DurationDraws extends Drawn {
  readonly taskTime: number
  readonly tasksMet: number
  readonly meanDuration: number
  readonly notes: readonly string[]
  private readonly duration: Distribution
  private readonly biased: LengthBiased
  private readonly toDuration: number
  /** Classes in proportion to their tasks. */
  private readonly biasedClasses: Float64Array

  constructor(
    spec: DrawnJobsSpec & { readonly time: { readonly kind: 'duration' } },
    arrivingStream: RandomStream,
    metStream: RandomStream,
  ) {
    super(spec, arrivingStream, metStream)
    this.duration = distribution(spec.time.duration)
    this.biased = lengthBiased(spec.time.duration)
    this.notes = heavyTail(this.biased, 'tasks carry', 'time')
    this.toDuration = scoreCorrelation(spec.correlation.duration)
    this.meanDuration = this.duration.mean
    this.taskTime = this.meanCount * this.duration.mean
    this.tasksMet =
      spec.dag.kind === 'independent'
        ? 1
        : spec.classes.reduce((sum, { weight }, i) => sum + weight * this.counts[i].mean * this.counts[i].biasedMean, 0) /
          this.classes[spec.classes.length - 1] /
          this.meanCount
    this.biasedClasses = cumulated(spec.classes.map(({ weight }, i) => weight * this.counts[i].mean))
  }

  demandTime(resource: Resource): number {
    const { toDuration, toMemory } = this
    if (toDuration === 0) return this.taskTime * this.requests.demandGiven(resource, 0, 0, toMemory)
    return this.taskTime * this.biased.mean((z) => this.requests.demandGiven(resource, z, toDuration, toMemory))
  }

  arriving(plan: JobPlan): void {
    const stream = this.arrivingStream
    const kind = placeOf(this.classes, stream.next())
    plan.size(this.counts[kind].draw(stream))
    plan.age = 0
    const z = scoreOf(stream.next())
    this.durations(plan, z, -1, stream)
    this.finish(plan, this.request(z, stream), kind, stream)
    plan.measure()
  }

  met(plan: JobPlan): boolean {
    const stream = this.metStream
    const kind = placeOf(this.biasedClasses, stream.next())
    plan.size(this.counts[kind].biased(stream))
    const through = stream.int(plan.tasks)
    const met = this.biased.score(stream)
    const z = correlated(met, this.toDuration, stream.next())
    plan.durations[through] = whole(this.duration.quantile(uniformOf(met)))
    const into = Math.floor(stream.next() * plan.durations[through])
    const alone = this.spec.dag.kind === 'independent'
    if (!this.durations(plan, z, through, stream, alone ? into : Infinity)) return false
    this.finish(plan, this.request(z, stream), kind, stream)
    plan.measure()
    plan.age = plan.startOf(through) + into
    return alone || plan.firstRunning(plan.age) === through
  }

  /** All but one, given the score of the CPU request; ends with false where one before it lasts beyond `age`. */
  private durations(plan: JobPlan, z: number, but: number, stream: RandomStream, age = Infinity): boolean {
    for (let task = 0; task < plan.tasks; task++) {
      if (task === but) continue
      plan.durations[task] = whole(this.duration.quantile(correlatedUniform(z, this.toDuration, stream.next())))
      if (task < but && plan.durations[task] > age) return false
    }
    return true
  }

  private request(z: number, stream: RandomStream): number {
    return this.requests.id(uniformOf(z), correlatedUniform(z, this.toMemory, stream.next()))
  }
}

/** CPU time of the whole job, in equal parts. */
export class WorkDraws extends Drawn {
  readonly taskTime: number
  readonly tasksMet: number
  readonly meanDuration: number
  readonly notes: readonly string[]
  private readonly work: Distribution
  private readonly longest: number
  private readonly biased: LengthBiased
  /** Places of the CPU request in proportion to 1 / cpu: what takes little takes long. */
  private readonly slow: Float64Array

  constructor(spec: DrawnJobsSpec & { readonly time: { readonly kind: 'work' } }, arrivingStream: RandomStream, metStream: RandomStream) {
    super(spec, arrivingStream, metStream)
    this.work = distribution(spec.time.work)
    this.longest = spec.time.longest
    this.biased = lengthBiased(spec.time.work)
    this.notes = heavyTail(this.biased, 'jobs carry', 'work')
    const { cpu } = this.requests
    let below = 0
    this.slow = cumulated(
      Float64Array.from(cpu.upTo, (upTo, place) => {
        const share = upTo - below
        below = upTo
        return share / this.cpuAt(place)
      }),
    )
    this.taskTime = this.work.mean * this.slow[this.slow.length - 1]
    this.tasksMet = this.meanCount
    this.meanDuration = Math.min(this.longest, this.taskTime / this.meanCount)
  }

  /** CPU request at a place of the CPU steps. */
  private cpuAt(place: number): number {
    return this.requests.memory === null ? this.requests.cpuOf(place) : this.requests.cpu.values[place]
  }

  /** E[work × demand / cpu]: the time of the tasks is work / cpu. */
  demandTime(resource: Resource): number {
    if (resource === 'cpu') return this.work.mean
    const { cpu, memory } = this.requests
    let below = 0
    let sum = 0
    cpu.upTo.forEach((upTo, place) => {
      // Memory's mean over the scores of this request, by the midpoint rule.
      let demand = 0
      if (memory === null) demand = this.requests.demandGiven(resource, scoreOf((below + upTo) / 2), 1, 1)
      else if (resource === 'memory')
        for (let i = 0; i < PARTS; i++)
          demand += memory.meanGiven(scoreOf(below + ((upTo - below) * (i + 0.5)) / PARTS), this.toMemory) / PARTS
      sum += ((upTo - below) * demand) / this.cpuAt(place)
      below = upTo
    })
    return this.work.mean * sum
  }

  arriving(plan: JobPlan): void {
    const stream = this.arrivingStream
    plan.age = 0
    this.fill(plan, this.work.quantile(stream.next()), stream.next(), stream)
    plan.measure()
  }

  met(plan: JobPlan): boolean {
    const stream = this.metStream
    const work = this.work.quantile(uniformOf(this.biased.score(stream)))
    const place = placeOf(this.slow, stream.next())
    const { upTo } = this.requests.cpu
    const below = place === 0 ? 0 : upTo[place - 1]
    this.fill(plan, work, below + stream.next() * (upTo[place] - below), stream)
    plan.measure()
    const through = stream.int(plan.tasks)
    plan.age = plan.startOf(through) + Math.floor(stream.next() * plan.durations[0])
    return plan.firstRunning(plan.age) === through
  }

  private fill(plan: JobPlan, work: number, uCpu: number, stream: RandomStream): void {
    const kind = placeOf(this.classes, stream.next())
    const id = this.requests.id(uCpu, correlatedUniform(scoreOf(uCpu), this.toMemory, stream.next()))
    const time = work / this.requests.cpuOf(id)
    const tasks = Math.min(MAX_TASKS, Math.max(this.counts[kind].draw(stream), Math.ceil(time / this.longest)))
    plan.size(tasks)
    plan.durations.fill(whole(time / tasks), 0, tasks)
    this.finish(plan, id, kind, stream)
  }
}

/** Normal score of 99.9 %. */
const FEW = 3.090232306167813

/** A word when one in a thousand carries half: then a run is a draw of a few, and rarely meets the mean. */
function heavyTail(biased: LengthBiased, who: string, what: string): string[] {
  const share = biased.mean((z) => Number(z > FEW))
  return share < 0.5
    ? []
    : [
        `the largest 0.1 % of ${who} ${Math.round(100 * share)} % of all ${what}: runs differ by whether one is there, and most lie below the mean`,
      ]
}

/** Parts of a step over which memory's mean is summed. */
const PARTS = 16
