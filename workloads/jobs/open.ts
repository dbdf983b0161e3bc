/** Opens jobs. One source per run. */
import { distribution, type DistributionSpec, type RandomStream } from '../../sim/random/index.ts'
import type { PodSource } from '../../sim/index.ts'
import { podShape, rateFor, scaledShape, type Capacity } from '../shape/demand.ts'
import { everyPodFits, type Fits } from '../shape/fitting.ts'
import { accepted, shapedStarts } from '../shape/rows.ts'
import { shaped, shapeProblems } from '../shape/timeline.ts'
import { PoissonArrivals } from '../synthetic/poisson.ts'
import { lateArrivals } from '../synthetic/late.ts'
import { TraceError } from '../traces/lines.ts'
import { dagProblem } from './dag.ts'
import { DurationDraws, WorkDraws, type JobDraws } from './draws.ts'
import { JobSource } from './source.ts'
import { CursorTimeline, RecordedDraws, RecordedFiller, RecordedJobs, ReplayedJobs, type JobCursor } from './recorded.ts'
import type { DrawnJobsSpec, JobsCommon, JobsSpec, TracedJobsSpec } from './spec.ts'
import { openJobTrace } from './traces.ts'
import { StationaryJobs } from './stationary.ts'

type Streams = (purpose: string) => RandomStream

/**
 * Opens one source of jobs. `capacity` is that of the cluster's initial nodes. Streams: 'present' and 'arrivals' (number of jobs at time
 * zero, and times of the others), 'present-pods' and 'arriving-pods' (which jobs they are), so that the same jobs arrive at any rate;
 * 'bootstrap' and 'shape' for a trace. `ageing` [µs] is the time by which a stationary source starts before the measured run: times of an
 * arrival pattern count from the measured run (a step at 5m). Jobs of a trace that are drawn to request a share of the capacity are those
 * whose tasks fit some node.
 * Throws a RangeError for an invalid specification, a TraceError for a trace that cannot be read.
 */
export function openJobs(spec: JobsSpec, capacity: Capacity, stream: Streams, ageing = 0, fits: Fits = everyPodFits): PodSource {
  const problems = jobsProblems(spec)
  if (problems.length > 0) throw new RangeError(`jobs ${spec.name}: ${problems.join('; ')}`)
  if (spec.kind === 'trace') return openTrace(spec, capacity, stream, ageing, fits)
  const draws = drawsOf(spec, stream('arriving-pods'), stream('present-pods'))
  return new JobSource(
    stationary(spec, draws, capacity, stream, ageing),
    draws.shapes,
    spec.tenants.map(({ name }) => name),
    draws.meanDuration,
    { stationary: true, rigid: spec.rigid },
    () => draws.notes,
  )
}

function stationary(spec: JobsCommon, draws: JobDraws, capacity: Capacity, stream: Streams, ageing: number): StationaryJobs {
  const arrivals =
    spec.arrivals === null
      ? new PoissonArrivals({ rate: inflatedRate(spec, draws, capacity) * 1e6 }, stream('arrivals'))
      : lateArrivals(spec.arrivals, ageing, stream)
  return new StationaryJobs(draws, arrivals.rateAt(0) / 1e6, arrivals, stream('present'))
}

/** A replay without a bootstrap reads the file as the run proceeds; draws and the bootstrap need all jobs in memory. */
function openTrace(spec: TracedJobsSpec, capacity: Capacity, stream: Streams, ageing: number, fits: Fits): PodSource {
  const open = (): JobCursor => openJobTrace(spec.format, spec.file, spec.duration)
  const options = {
    usage: spec.usage,
    limited: spec.limited,
    tenants: spec.tenants,
    slack: spec.deadline === null ? null : distribution(spec.deadline),
    estimate: spec.estimate === undefined ? null : distribution(spec.estimate),
    kill: spec.kill === true,
  }
  const replayed = spec.arrivals === null && spec.inflate === null
  if (replayed && spec.bootstrap === null) {
    const { timeline, base } = shaped(new CursorTimeline(open), spec.shape, stream('shape'))
    const filler = new RecordedFiller(base.cursor, { ...options, speed: timeline.speed, scale: timeline.scale })
    return new JobSource(
      new ReplayedJobs(filler, timeline, () => base.cursor, stream('arriving-pods')),
      filler.shapes,
      filler.tenants,
      0,
      { stationary: false, rigid: spec.rigid },
      () => filler.notes(base.cursor.notes()),
    )
  }
  const rows = new RecordedJobs(open())
  const { timeline, base } = shapedStarts(rows.start, { bootstrap: spec.bootstrap, steps: spec.shape }, stream)
  const filler = new RecordedFiller(rows, { ...options, speed: timeline.speed, scale: timeline.scale })
  if (replayed) {
    return new JobSource(
      new ReplayedJobs(filler, timeline, () => rows.at(base.row), stream('arriving-pods')),
      filler.shapes,
      filler.tenants,
      0,
      { stationary: false, rigid: spec.rigid },
      () => filler.notes(rows.notes),
    )
  }
  const chosen: number[] = []
  while (timeline.next() < Infinity) chosen.push(accepted(base.row, chosen.length))
  if (chosen.length === 0) throw new TraceError({ file: rows.file }, 'no job to draw from', 'shape steps that keep some jobs')
  const placeable = spec.inflate === null ? chosen : placeableJobs(spec, rows, chosen, timeline.scale, fits)
  const draws = new RecordedDraws(rows, filler, Int32Array.from(placeable), stream('arriving-pods'), stream('present-pods'))
  return new JobSource(
    stationary(spec, draws, capacity, stream, ageing),
    filler.shapes,
    filler.tenants,
    draws.meanDuration,
    { stationary: true, rigid: spec.rigid },
    () =>
      placeable.length === chosen.length
        ? rows.notes
        : [
            ...rows.notes,
            `${chosen.length - placeable.length} of ${chosen.length} jobs have tasks that fit no node of any pool and are left out`,
          ],
  )
}

/** The chosen jobs whose tasks all fit some node. Throws a RangeError when there is none. */
function placeableJobs(spec: TracedJobsSpec, rows: RecordedJobs, chosen: readonly number[], scale: number, fits: Fits): readonly number[] {
  const known: boolean[] = []
  const fitsShape = (shape: number): boolean =>
    (known[shape] ??= fits(podShape(scaledShape(rows.asked[shape], scale), spec.usage, spec.limited)))
  const kept = chosen.filter((row) => {
    const job = rows.at(row)
    if (spec.rigid === true && !fits(podShape(scaledShape(rows.asked[job.shape(0)], scale), spec.usage, spec.limited), job.tasks))
      return false
    for (let task = 0; task < job.tasks; task++) if (!fitsShape(job.shape(task))) return false
    return true
  })
  if (kept.length > 0) return kept
  throw new RangeError(
    `jobs ${spec.name}: inflate.${spec.inflate?.resource}: none of ${chosen.length} jobs fits the nodes of any pool; accepted: pools with larger nodes or GPUs`,
  )
}

/** The draws of synthetic jobs, from two streams: of arriving jobs, and of jobs present at time zero. */
export function drawsOf(spec: DrawnJobsSpec, arriving: RandomStream, present: RandomStream): JobDraws {
  const { time } = spec
  return time.kind === 'work'
    ? new WorkDraws({ ...spec, time }, arriving, present)
    : new DurationDraws({ ...spec, time }, arriving, present)
}

/** The rate of jobs [1/µs] whose tasks request the share on average (Little's law). */
export function inflatedRate(spec: JobsCommon, draws: Pick<JobDraws, 'demandTime'>, capacity: Capacity): number {
  if (spec.inflate === null) throw new RangeError(`jobs ${spec.name}: neither arrivals nor inflate`)
  const { resource, share } = spec.inflate
  const demand = draws.demandTime(resource)
  const lacking = capacity[resource] > 0 ? (demand > 0 ? '' : `no job requests ${resource}`) : `the cluster has no ${resource}`
  if (lacking !== '') throw new RangeError(`jobs ${spec.name}: inflate.${resource}: ${lacking}; accepted: another resource`)
  return rateFor(share, capacity[resource], demand)
}

/** The problems of a specification, without looking at the cluster and the trace: a sentence each. */
export function jobsProblems(spec: JobsSpec): string[] {
  const problems: string[] = []
  const refuse = (wrong: boolean, sentence: string): void => void (wrong && problems.push(sentence))
  const positive = (what: string, given: DistributionSpec): void => {
    const problem = distributionProblem(what, given)
    refuse(problem !== '', problem)
  }
  const weighted = (what: string, items: readonly { readonly weight: number }[]): void => {
    const right = items.every(({ weight }) => weight >= 0 && weight < Infinity) && items.some(({ weight }) => weight > 0)
    refuse(
      !right,
      `${what}: ${items.length === 0 ? 'none' : 'a negative weight, or no weight above 0'}; accepted: weights from 0, at least one above 0`,
    )
  }
  problems.push(...commonProblems(spec))
  if (spec.kind === 'trace') {
    problems.push(...shapeProblems(spec.shape))
    if (spec.tenants.length > 0) weighted('tenants', spec.tenants)
    return problems
  }
  if (spec.size.kind === 'shapes') weighted('shapes', spec.size.shapes)
  else {
    positive('cpu', spec.size.cpu)
    positive('memory', spec.size.memory)
  }
  weighted('classes', spec.classes)
  for (const { tasks } of spec.classes) positive('tasks', tasks)
  weighted('tenants', spec.tenants)
  if (spec.time.kind === 'work') {
    positive('work', spec.time.work)
    refuse(!(spec.time.longest >= 1), `longest: ${spec.time.longest}; accepted: a time above 0`)
    refuse(spec.correlation.duration !== 0, 'correlation.duration with work, which determines the durations; accepted: one of the two')
    refuse(
      spec.size.kind === 'shapes' && spec.size.shapes.some(({ cpu }) => !(cpu > 0)),
      'work with shapes that request no cpu; accepted: shapes that request cpu',
    )
  } else positive('duration', spec.time.duration)
  for (const [key, value] of Object.entries(spec.correlation))
    refuse(!(value >= -1 && value <= 1), `correlation.${key}: ${value}; accepted: -1 to 1`)
  const dag = dagProblem(spec.dag)
  refuse(dag !== '', dag)
  return problems
}

/** Problems that drawn and recorded jobs can have. */
function commonProblems(spec: JobsSpec): string[] {
  const problems: string[] = []
  const refuse = (wrong: boolean, sentence: string): void => void (wrong && problems.push(sentence))
  refuse(!(spec.usage >= 0 && spec.usage < Infinity), `usage: ${spec.usage}; accepted: a number from 0`)
  refuse(spec.limited && spec.usage > 1, `usage: ${spec.usage} with limited: true; accepted: at most 1, or limited: false`)
  const both = spec.arrivals !== null && spec.inflate !== null
  const neither = spec.kind === 'drawn' && spec.arrivals === null && spec.inflate === null
  refuse(both || neither, 'arrivals of jobs: found both arrivals and inflate, or neither; accepted: exactly one of them')
  if (spec.inflate !== null)
    refuse(
      !(spec.inflate.share > 0 && spec.inflate.share < Infinity),
      `inflate.${spec.inflate.resource}: ${spec.inflate.share}; accepted: a share of capacity above 0`,
    )
  for (const [what, given] of [
    ['deadline', spec.deadline],
    ['estimate', spec.estimate ?? null],
  ] as const) {
    const problem = given === null ? '' : distributionProblem(what, given)
    refuse(problem !== '', problem)
  }
  refuse(
    spec.rigid === true && spec.kind === 'drawn' && spec.dag.kind !== 'independent',
    'rigid: true with dependencies between the tasks; accepted: one of the two',
  )
  return problems
}

/** The problem of a distribution of amounts, which must be from 0 with a finite mean above 0; empty when there is none. */
function distributionProblem(what: string, given: DistributionSpec): string {
  try {
    const law = distribution(given)
    if (!(law.quantile(0) >= 0)) return `${what}: values down to ${law.quantile(0)}; accepted: values from 0`
    return law.mean > 0 && law.mean < Infinity ? '' : `${what}: a mean of ${law.mean}; accepted: a finite mean above 0`
  } catch (error) {
    if (error instanceof RangeError) return `${what}: ${error.message}`
    throw error
  }
}
