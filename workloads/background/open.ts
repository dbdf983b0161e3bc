/** Opens background pods: the rest of the cluster, as a stream of pods with a CPU usage. One source per run. */
import type { RandomStream } from '../../sim/random/index.ts'
import type { PodShape, PodSource } from '../../sim/index.ts'
import { RowDraws, ShapeDraws } from './draws.ts'
import { countsOf, filledRows, FillingPods } from './filling.ts'
import { ReplayedPods, StandingPods, StationaryPods } from './pods.ts'
import { demandOf, podShape, rateFor, scaledShape, type Capacity } from '../shape/demand.ts'
import { cutNotes, measuredRows, rowsOf, shapedStarts, type Rows, type Shaping } from '../shape/rows.ts'
import { everyPodFits, fittingRows, misfitText, type Fits } from '../shape/fitting.ts'
import { shapeProblems, type ShapeStep } from '../shape/timeline.ts'
import { cumulated } from '../shape/weights.ts'
import type { BackgroundSpec, SyntheticBackground, TraceBackground } from './spec.ts'
import { lifetimeProblem } from '../synthetic/residual.ts'
import { readPods } from '../traces/formats.ts'
import { TraceError } from '../traces/lines.ts'
import type { PodTrace, TraceShape } from '../traces/trace.ts'

type Streams = (purpose: string) => RandomStream

/**
 * Opens one source of background pods. Shares are shares of `capacity`, which is that of the cluster's initial nodes. Streams: 'present'
 * and 'arrivals' (number of pods at time zero, and times of the others), 'present-pods' and 'arriving-pods' (which pods they are), so that
 * the pods that arrive, and the order of those present, are the same for any share. Rows whose pods fit no node are left out where a share
 * is requested, so that the others reach it; a replay keeps them. `misfit` of the source says how many there are.
 * Throws a RangeError for an invalid specification, a TraceError for a trace that cannot be read.
 */
export function openBackground(spec: BackgroundSpec, capacity: Capacity, stream: Streams, fits: Fits = everyPodFits): PodSource {
  const problems = backgroundProblems(spec)
  if (problems.length > 0) throw new RangeError(`background ${spec.name}: ${problems.join('; ')}`)
  return spec.kind === 'trace' ? openTrace(spec, capacity, stream, fits) : openSynthetic(spec, capacity, stream)
}

/** The problems of a specification, without looking at the cluster and the trace: a sentence each. */
export function backgroundProblems(spec: BackgroundSpec): string[] {
  const problems: string[] = []
  const refuse = (wrong: boolean, sentence: string): void => void (wrong && problems.push(sentence))
  refuse(!(spec.usage >= 0 && spec.usage < Infinity), `usage: ${spec.usage}; accepted: a number from 0`)
  refuse(
    spec.limited && spec.usage > 1,
    `usage: ${spec.usage} with limited: true; accepted: at most 1, since a limit equal to the request caps usage there; or limited: false`,
  )
  if (spec.inflate !== null) {
    const { share } = spec.inflate
    refuse(!(share > 0 && share < Infinity), `inflate.${spec.inflate.resource}: ${share}; accepted: a share of capacity above 0`)
  }
  if (spec.kind === 'trace') {
    refuse(!(spec.speedUp > 0 && spec.speedUp < Infinity), `speedUp: ${spec.speedUp}; accepted: a number above 0`)
    refuse(!(spec.from >= 0 && spec.from < Infinity), `from: ${spec.from}; accepted: a time from 0`)
    problems.push(...shapeProblems(spec.shape ?? []))
    refuse(
      spec.inflate !== null && spec.from > 0,
      'from with inflate: `from` selects the part to replay, while `inflate` draws from all rows; accepted: one of the two',
    )
  } else {
    refuse(
      (spec.count === null) === (spec.inflate === null),
      'number of pods: found both count and inflate, or neither; accepted: exactly one of them',
    )
    refuse(
      spec.count !== null && !(Number.isInteger(spec.count) && spec.count >= 0),
      `count: ${spec.count}; accepted: a whole number from 0`,
    )
    refuse(spec.shapes.length === 0, 'shapes: none; accepted: at least one')
    refuse(
      spec.shapes.length > 0 && !(spec.shapes.every(({ weight }) => weight >= 0) && spec.shapes.some(({ weight }) => weight > 0)),
      'shapes: a negative weight, or no weight above 0; accepted: weights from 0, at least one above 0',
    )
    const problem = spec.lifetime === null ? '' : lifetimeProblem(spec.lifetime)
    refuse(problem !== '', problem)
  }
  return problems
}

function openTrace(spec: TraceBackground, capacity: Capacity, stream: Streams, fits: Fits): PodSource {
  const trace = readPods(spec.path, spec.pods)
  if (spec.fill !== undefined) return filling(spec, spec.fill, trace, capacity, stream, fits)
  const recorded = measuredRows(trace)
  const shaping = shapingOf(spec)
  const notes = [...recorded.notes, ...cutNotes(recorded.start, shaping)]
  const around = shapedStarts(recorded.start, shaping, stream)
  const asked = trace.shapes.map((shape) => scaledShape(shape, around.timeline.scale))
  const shapes = asked.map((shape) => podShape(shape, spec.usage, spec.limited))
  const refuseEmpty = (): never => {
    const found = `no row to run (${notes.join('; ')})`
    throw new TraceError({ file: trace.file }, found, 'rows with a scheduled_time, created at or after `from`')
  }
  if (spec.inflate === null) {
    const found = fittingRows(recorded, shapes, asked, 'cpu', fits)
    const misfit = found.left === 0 ? '' : `${misfitText(found, recorded.length, 'cpu')}; they will stay pending`
    const replay = new ReplayedPods(recorded, around, shapes, noted(notes, misfit))
    return replay.empty ? refuseEmpty() : Object.assign(replay, { misfit, mix: countsOf(recorded.shape, shapes.length) })
  }
  const drawn = rowsOf(recorded, around)
  if (drawn.length === 0) refuseEmpty()
  const { resource, share } = spec.inflate
  if (drawn.duration.includes(Infinity))
    throw new RangeError(
      `background ${spec.name}: inflate: found rows without a recorded end; accepted: no inflate, or jobs: { trace, arrivals, duration }`,
    )
  const found = fittingRows(drawn, shapes, asked, resource, fits)
  const { rows } = found
  if (rows.length === 0) {
    const where = `background ${spec.name}: inflate.${resource}`
    throw new RangeError(`${where}: none of ${drawn.length} rows fits a node of any pool; accepted: pools with larger nodes or GPUs`)
  }
  const misfit =
    found.left === 0
      ? ''
      : `${misfitText(found, drawn.length, resource)}; they are left out, and the other ${rows.length} rows request the share of ${Math.round(100 * share)} % of ${resource}`
  let demandTime = 0
  for (let row = 0; row < rows.length; row++) demandTime += demandOf(asked[rows.shape[row]], resource) * rows.duration[row]
  const rate = rateOf(spec.name, resource, share, capacity, demandTime / rows.length)
  const tail = heavyTail(rows)
  const draws = new RowDraws(rows, stream('present-pods'), stream('arriving-pods'))
  const source = new StationaryPods(draws, rate, tail.mean, shapes, noted([...notes, ...tail.notes], misfit), stream)
  return Object.assign(source, { misfit, mix: countsOf(rows.shape, shapes.length) })
}

/** Every row of the list, also those that were never scheduled: they were requested. */
function filling(
  spec: TraceBackground,
  { resource, share, over }: NonNullable<TraceBackground['fill']>,
  trace: PodTrace,
  capacity: Capacity,
  stream: Streams,
  fits: Fits,
): PodSource {
  const amounts = trace.shapes.map((shape) => demandOf(shape, resource))
  const shapes = trace.shapes.map((shape) => podShape(shape, spec.usage, spec.limited))
  const demand = trace.shape.reduce((sum, shape) => sum + amounts[shape], 0)
  refuseLacking(spec.name, `fill.${resource}`, capacity[resource], demand)
  const rows = filledRows(trace.shape, amounts, share * capacity[resource], stream('filling'))
  const source = new FillingPods(rows, over, shapes, countsOf(trace.shape, shapes.length))
  const left = trace.shape.filter((shape) => !fits(shapes[shape])).length
  const misfit = left === 0 ? '' : `${left} of ${trace.length} rows fit no node of any pool, not even an empty one; they will stay pending`
  return Object.assign(source, { misfit })
}

const noted = (notes: readonly string[], misfit: string): readonly string[] => (misfit === '' ? notes : [...notes, misfit])

/** The steps of a trace: `from` is a cut before the shape steps, `speedUp` a step after them. */
export function shapingOf(spec: Pick<TraceBackground, 'from' | 'speedUp' | 'shape' | 'bootstrap'>): Shaping {
  const steps: ShapeStep[] = spec.from > 0 ? [{ kind: 'cut', from: spec.from, until: null }] : []
  steps.push(...(spec.shape ?? []))
  if (spec.speedUp !== 1) steps.push({ kind: 'speedUp', by: spec.speedUp })
  return { bootstrap: spec.bootstrap ?? null, steps }
}

function openSynthetic(spec: SyntheticBackground, capacity: Capacity, stream: Streams): PodSource {
  const asked: TraceShape[] = spec.shapes.map(({ cpu, memory }) => ({ cpu, memory, gpus: 0, gpuMilli: 0, gpuModels: [] }))
  const shapes = asked.map((shape, i): PodShape => {
    const { resources, nodeSelector = {}, tolerations = [], labels = {}, priority = 0, rules, admission } = spec.shapes[i]
    const made = { ...podShape(shape, spec.usage, spec.limited, resources), nodeSelector, tolerations, labels, priority }
    return { ...made, ...(rules === undefined ? {} : { rules }), ...(admission === undefined ? {} : { admission }) }
  })
  const weights = cumulated(spec.shapes.map(({ weight }) => weight))
  const mix = spec.shapes.map(({ weight }) => weight)
  if (spec.lifetime === null) return Object.assign(standingPods(spec, asked, shapes, weights, capacity, stream('present-pods')), { mix })
  const draws = new ShapeDraws(weights, spec.lifetime, stream('present-pods'), stream('arriving-pods'))
  const rate =
    spec.inflate === null
      ? (spec.count as number) / draws.mean
      : rateOf(spec.name, spec.inflate.resource, spec.inflate.share, capacity, meanDemand(spec, asked, spec.inflate.resource) * draws.mean)
  return Object.assign(new StationaryPods(draws, rate, draws.mean, shapes, [], stream), { mix })
}

function meanDemand(spec: SyntheticBackground, asked: readonly TraceShape[], resource: 'cpu' | 'memory'): number {
  let sum = 0
  let weights = 0
  spec.shapes.forEach(({ weight }, i) => {
    sum += weight * demandOf(asked[i], resource)
    weights += weight
  })
  return sum / weights
}

/** Rate of arrivals that requests the share [1/µs]. */
function rateOf(name: string, resource: keyof Capacity, share: number, capacity: Capacity, demandTime: number): number {
  refuseLacking(name, `inflate.${resource}`, capacity[resource], demandTime)
  return rateFor(share, capacity[resource], demandTime)
}

/** Throws a RangeError for a resource that the cluster lacks or that no pod requests. */
function refuseLacking(name: string, key: string, capacity: number, demand: number): void {
  const resource = key.slice(key.indexOf('.') + 1)
  const lacking = capacity > 0 ? (demand > 0 ? '' : `no pod requests ${resource}`) : `the cluster has no ${resource}`
  if (lacking !== '') throw new RangeError(`background ${name}: ${key}: ${lacking}; accepted: another resource`)
}

/** Mean duration, and a note when 0.1 % of the rows carry half of all pod time: then the load of a run depends on few draws. */
function heavyTail(rows: Rows): { mean: number; notes: string[] } {
  const sorted = Float64Array.from(rows.duration).sort().reverse()
  const few = Math.ceil(rows.length / 1000)
  let sum = 0
  let top = 0
  sorted.forEach((duration, i) => {
    sum += duration
    if (i < few) top += duration
  })
  const mean = sum / rows.length
  if (top < sum / 2) return { mean, notes: [] }
  const part = `the longest ${few} of ${rows.length} rows carry ${Math.round((100 * top) / sum)} % of all pod time`
  return { mean, notes: [`${part}: the load of a run depends on whether they are drawn`] }
}

/** Pods that run for ever: `count` pods, or as many as request the share (the last one may exceed it). */
function standingPods(
  spec: SyntheticBackground,
  asked: readonly TraceShape[],
  shapes: readonly PodShape[],
  weights: Float64Array,
  capacity: Capacity,
  stream: RandomStream,
): PodSource {
  if (spec.inflate === null)
    return new StandingPods(
      spec.count as number,
      asked.map(() => 1),
      weights,
      shapes,
      stream,
    )
  const { resource, share } = spec.inflate
  refuseLacking(spec.name, `inflate.${resource}`, capacity[resource], meanDemand(spec, asked, resource))
  const amounts = asked.map((shape) => demandOf(shape, resource))
  return new StandingPods(share * capacity[resource], amounts, weights, shapes, stream)
}
