/** Draws of synthetic jobs: a job that arrives, or a job that is present at time zero, sampled through a task that runs then. */
import { NONE } from '../../sim/index.ts'
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

/** Draws jobs into a plan. */
export interface JobDraws {
  /** A job that arrives. */
  arriving(plan: JobPlan): void
  /**
   * A job that is present at time zero, with its age: a job in proportion to the sum of its durations, a task of it in proportion to its
   * duration, and a uniform instant of that task. The number of such samples in a stationary stream of rate λ is Poisson with mean
   * λ × taskTime, and each job present is sampled once through each of its running tasks. Returns whether the sampled task is the first
   * running task of its job, so that each job is kept once. The first one is cheaper than a draw with probability 1 / running: without
   * dependencies the search ends at the first running task, so rejecting a job of a thousand tasks costs one task.
   */
  present(plan: JobPlan): boolean
  /** E[sum of the durations of a job's tasks] [µs]. */
  readonly taskTime: number
  /** Mean number of tasks drawn per sample of `present`. */
  readonly tasksPerSample: number
  /** E[sum of demand × duration] [unit·µs]. */
  demandTime(resource: Resource): number
  /** Mean duration of a task [µs]. */
  readonly meanDuration: number
  readonly shapes: JobShapes['rows']
  /** Notes on the distributions for the report. */
  readonly notes: readonly string[]
}

const whole = (time: number): number => Math.max(1, Math.floor(time + 0.5))

/** Requests by their uniforms, and their pod shapes. */
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
    // In ascending order, so that a rank correlation is defined; the values of the steps are places in this list.
    const sorted = size.shapes.filter(({ weight }) => weight > 0).sort((a, b) => a.cpu - b.cpu || a.memory - b.memory || a.gpus - b.gpus)
    this.listed = sorted.map(({ cpu, memory, gpus, resources }) => ({
      asked: { cpu, memory, gpus, gpuMilli: gpus > 0 ? 1000 : 0, gpuModels: [] },
      resources: resources ?? {},
    }))
    const sums = cumulated(sorted.map(({ weight }) => weight))
    this.cpu = new Steps([...sorted.keys()], [...sums.map((sum) => sum / sums[sums.length - 1])])
    this.memory = null
  }

  /** Number of a request: its CPU step and its memory step combined. */
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

  /** E[demand | Z = z]: `toCpu` is the correlation of the CPU request's score with Z, `toMemory` that of the memory request's with the CPU request's. */
  demandGiven(resource: Resource, z: number, toCpu: number, toMemory: number): number {
    if (this.memory === null) return this.cpu.meanGiven(z, toCpu, (place) => demandOfShape(this.listed[place].asked, resource))
    if (resource === 'cpu') return this.cpu.meanGiven(z, toCpu)
    return resource === 'memory' ? this.memory.meanGiven(z, toCpu * toMemory) : 0
  }
}

const demandOfShape = (asked: TraceShape, resource: Resource): number =>
  resource === 'gpu' ? asked.gpus * asked.gpuMilli : asked[resource]

const NO_RESOURCES = {}

/** What both kinds of synthetic jobs share: request, class, tenant, deadline. */
abstract class Drawn implements JobDraws {
  abstract readonly taskTime: number
  abstract readonly tasksPerSample: number
  abstract readonly meanDuration: number
  private readonly jobShapes: JobShapes
  abstract readonly notes: readonly string[]
  protected readonly spec: DrawnJobsSpec
  protected readonly requests: Requests
  protected readonly counts: readonly Counts[]
  protected readonly classes: Float64Array
  protected readonly toMemory: number
  protected readonly arrivingStream: RandomStream
  protected readonly presentStream: RandomStream
  private readonly tenants: Float64Array
  private readonly slack: Distribution | null
  private readonly estimate: Distribution | null

  constructor(spec: DrawnJobsSpec, arrivingStream: RandomStream, presentStream: RandomStream) {
    this.spec = spec
    this.arrivingStream = arrivingStream
    this.presentStream = presentStream
    this.jobShapes = new JobShapes(spec.usage, spec.limited)
    this.requests = new Requests(spec.size)
    this.counts = spec.classes.map(({ tasks }) => countsOf(tasks))
    this.classes = cumulated(spec.classes.map(({ weight }) => weight))
    this.toMemory = scoreCorrelation(spec.correlation.memory)
    this.tenants = cumulated(spec.tenants.map(({ weight }) => weight))
    this.slack = spec.deadline === null ? null : distribution(spec.deadline)
    this.estimate = spec.estimate === undefined ? null : distribution(spec.estimate)
  }

  get shapes(): JobShapes['rows'] {
    return this.jobShapes.rows
  }

  abstract arriving(plan: JobPlan): void
  abstract present(plan: JobPlan): boolean
  abstract demandTime(resource: Resource): number

  /** Mean number of tasks. */
  protected get meanCount(): number {
    const { classes } = this.spec
    let sum = 0
    classes.forEach(({ weight }, i) => (sum += weight * this.counts[i].mean))
    return sum / this.classes[classes.length - 1]
  }

  /** Draws tenant, DAG and deadline of a job whose tasks, class (`kind`) and request (`id`) are known, and sets its shapes. */
  protected finish(plan: JobPlan, id: number, kind: number, stream: RandomStream): void {
    plan.tenant = placeOf(this.tenants, stream.next())
    plan.dag = drawDag(this.spec.dag, plan.tasks, stream)
    plan.slack = this.slack === null ? Infinity : Math.max(0, this.slack.sample(stream))
    if (plan.request(this.estimate, -1, stream) && this.spec.kill === true) plan.cut()
    plan.shapes.fill(
      this.requests.row(id, this.jobShapes, this.spec.tenants[plan.tenant].name, this.spec.classes[kind].priority),
      0,
      plan.tasks,
    )
  }
}

/** Jobs whose durations are drawn for each task. With a correlation to the CPU request, which all tasks of a job share, they are correlated with each other. */
export class DurationDraws extends Drawn {
  readonly taskTime: number
  readonly tasksPerSample: number
  readonly meanDuration: number
  readonly notes: readonly string[]
  private readonly duration: Distribution
  private readonly biased: LengthBiased
  private readonly toDuration: number
  /** Classes weighted by their mean number of tasks. */
  private readonly biasedClasses: Float64Array

  constructor(
    spec: DrawnJobsSpec & { readonly time: { readonly kind: 'duration' } },
    arrivingStream: RandomStream,
    presentStream: RandomStream,
  ) {
    super(spec, arrivingStream, presentStream)
    this.duration = distribution(spec.time.duration)
    this.biased = lengthBiased(spec.time.duration)
    this.notes = heavyTail(this.biased, 'tasks carry', 'time')
    this.toDuration = scoreCorrelation(spec.correlation.duration)
    this.meanDuration = this.duration.mean
    this.taskTime = this.meanCount * this.duration.mean
    this.tasksPerSample =
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
    this.durations(plan, z, NONE, stream)
    this.finish(plan, this.request(z, stream), kind, stream)
    plan.measure()
  }

  present(plan: JobPlan): boolean {
    const stream = this.presentStream
    const kind = placeOf(this.biasedClasses, stream.next())
    plan.size(this.counts[kind].biased(stream))
    const sampled = stream.int(plan.tasks)
    const score = this.biased.score(stream)
    const z = correlated(score, this.toDuration, stream.next())
    plan.durations[sampled] = whole(this.duration.quantile(uniformOf(score)))
    const into = Math.floor(stream.next() * plan.durations[sampled])
    const independent = this.spec.dag.kind === 'independent'
    if (!this.durations(plan, z, sampled, stream, independent ? into : Infinity)) return false
    this.finish(plan, this.request(z, stream), kind, stream)
    plan.measure()
    plan.age = plan.startOf(sampled) + into
    return independent || plan.firstRunning(plan.age) === sampled
  }

  /** Draws all durations but one, given the score of the CPU request. Stops with false at a task before that one which lasts beyond `age`. */
  private durations(plan: JobPlan, z: number, except: number, stream: RandomStream, age = Infinity): boolean {
    for (let task = 0; task < plan.tasks; task++) {
      if (task === except) continue
      plan.durations[task] = whole(this.duration.quantile(correlatedUniform(z, this.toDuration, stream.next())))
      if (task < except && plan.durations[task] > age) return false
    }
    return true
  }

  private request(z: number, stream: RandomStream): number {
    return this.requests.id(uniformOf(z), correlatedUniform(z, this.toMemory, stream.next()))
  }
}

/** Jobs whose total CPU time is drawn and divided equally among their tasks. */
export class WorkDraws extends Drawn {
  readonly taskTime: number
  readonly tasksPerSample: number
  readonly meanDuration: number
  readonly notes: readonly string[]
  private readonly work: Distribution
  private readonly longest: number
  private readonly biased: LengthBiased
  /** Steps of the CPU request in proportion to 1 / cpu: small requests run longer. */
  private readonly inverseCpu: Float64Array

  constructor(
    spec: DrawnJobsSpec & { readonly time: { readonly kind: 'work' } },
    arrivingStream: RandomStream,
    presentStream: RandomStream,
  ) {
    super(spec, arrivingStream, presentStream)
    this.work = distribution(spec.time.work)
    this.longest = spec.time.longest
    this.biased = lengthBiased(spec.time.work)
    this.notes = heavyTail(this.biased, 'jobs carry', 'work')
    const { cpu } = this.requests
    let below = 0
    this.inverseCpu = cumulated(
      Float64Array.from(cpu.upTo, (upTo, place) => {
        const share = upTo - below
        below = upTo
        return share / this.cpuAt(place)
      }),
    )
    this.taskTime = this.work.mean * this.inverseCpu[this.inverseCpu.length - 1]
    this.tasksPerSample = this.meanCount
    this.meanDuration = Math.min(this.longest, this.taskTime / this.meanCount)
  }

  /** CPU request at a step. */
  private cpuAt(place: number): number {
    return this.requests.memory === null ? this.requests.cpuOf(place) : this.requests.cpu.values[place]
  }

  /** E[work × demand / cpu], since the sum of the durations is work / cpu. */
  demandTime(resource: Resource): number {
    if (resource === 'cpu') return this.work.mean
    const { cpu, memory } = this.requests
    let below = 0
    let sum = 0
    cpu.upTo.forEach((upTo, place) => {
      // The mean memory request over the scores of this CPU request, by the midpoint rule.
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

  present(plan: JobPlan): boolean {
    const stream = this.presentStream
    const work = this.work.quantile(uniformOf(this.biased.score(stream)))
    const place = placeOf(this.inverseCpu, stream.next())
    const { upTo } = this.requests.cpu
    const below = place === 0 ? 0 : upTo[place - 1]
    this.fill(plan, work, below + stream.next() * (upTo[place] - below), stream)
    plan.measure()
    const sampled = stream.int(plan.tasks)
    plan.age = plan.startOf(sampled) + Math.floor(stream.next() * plan.durations[0])
    return plan.firstRunning(plan.age) === sampled
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

/** A note when 0.1 % of the jobs or tasks carry half of the load: then few runs are close to the mean. */
function heavyTail(biased: LengthBiased, who: string, what: string): string[] {
  const share = biased.mean((z) => Number(z > FEW))
  return share < 0.5
    ? []
    : [
        `the largest 0.1 % of ${who} ${Math.round(100 * share)} % of all ${what}: runs with and without one of them differ, and most runs are below the mean`,
      ]
}

/** Parts of a step over which memory's mean is summed. */
const PARTS = 16
