/**
 * How the pods of one Job or CronJob run and exit: durations and outcomes are drawn for a pod by its Job and its place in it, so that they do not
 * depend on the order in which pods start.
 */
import { NONE, type Time } from '../../common/ids.ts'
import { distribution, type Distribution } from '../../random/distributions.ts'
import { SMALLEST_UNIFORM } from '../../random/distributions/distribution.ts'
import type { KeyedStream, Streams } from '../../random/stream.ts'
import type { BatchWorkload, JobTemplate } from './spec.ts'

/** Pods of one index that have draws of their own; later ones repeat them. */
const ATTEMPTS = 1024

/** A Job while its object exists. */
export interface JobLife {
  /** Row of the workload, and number of the Job in it. */
  readonly batch: number
  readonly number: number
  readonly version: number
  readonly created: Time
  /** A pod of it has been bound. */
  begun: boolean
  /** Pods so far, without indexes. */
  pods: number
  /** Pods so far of each index. */
  readonly attempts: Map<number, number>
}

/** Where the draws of a run of a pod are. */
export interface RunKey {
  readonly job: number
  readonly place: number
}

/** The draws of the pods of one workload. */
export class JobRuns {
  private readonly durations: KeyedStream
  private readonly outcomes: KeyedStream
  private readonly versions: readonly JobTemplate[]
  private readonly lengths: readonly Distribution[]

  constructor({ name, versions }: BatchWorkload, streams: Streams) {
    this.durations = streams.keyed(`job duration/${name}`)
    this.outcomes = streams.keyed(`job outcome/${name}`)
    this.versions = versions
    this.lengths = versions.map(({ duration }) => distribution(duration))
  }

  /** The place of the next pod of a Job. */
  keyOf(life: JobLife, index: number): RunKey {
    if (index === NONE) return { job: life.number, place: life.pods++ }
    const attempt = life.attempts.get(index) ?? 0
    life.attempts.set(index, attempt + 1)
    return { job: life.number, place: index * ATTEMPTS + (attempt % ATTEMPTS) }
  }

  /** Time of the process; each restart of a container draws again. */
  duration(version: number, { job, place }: RunKey, restart: number): Time {
    const uniform = this.durations.at(job * ATTEMPTS + (restart % ATTEMPTS), place)
    return Math.max(1, Math.round(this.lengths[version].quantile(Math.max(uniform, SMALLEST_UNIFORM))))
  }

  /** Exit code; 0: success. */
  exitCode(version: number, { job, place }: RunKey, restart: number): number {
    const { failures, exitCodes } = this.versions[version]
    const uniform = this.outcomes.at(job * ATTEMPTS + (restart % ATTEMPTS), place)
    if (uniform >= failures) return 0
    const total = exitCodes.reduce((sum, { weight }) => sum + weight, 0)
    let left = (uniform / failures) * total
    for (const { code, weight } of exitCodes) {
      left -= weight
      if (left < 0) return code
    }
    return exitCodes[exitCodes.length - 1].code
  }
}
