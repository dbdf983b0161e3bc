/** Work of requests from recorded run times: the file becomes distributions of wait and CPU work. */
import { resolve } from 'node:path'
import { functionDurations } from '../../workloads/index.ts'
import type { RecordedWorkData, WorkData } from './schema/work.ts'

/** The work with its recording read. Throws a TraceError. */
export function recordedWork({ durations, cpu }: RecordedWorkData, folder: string): WorkData {
  const spec = functionDurations(resolve(folder, durations))
  if (cpu === 1) return { steps: [{ cost: { wait: NONE_AT_ALL, cpu: spec } }] }
  // Wait and work are shares of one run time: a correlation of 1 draws both by the same rank.
  return { steps: [{ cost: { wait: scaled(spec, 1 - cpu), cpu: scaled(spec, cpu), correlation: 1 } }] }
}

const NONE_AT_ALL = { kind: 'constant', value: 0 } as const

type Empirical = ReturnType<typeof functionDurations>

const scaled = (spec: Empirical, factor: number): Empirical => ({ ...spec, values: spec.values.map((value) => value * factor) })
