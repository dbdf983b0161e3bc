/** Traffic with all defaults filled, and recordings located and surveyed. */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  bundledFile,
  bundledTrace,
  columnsName,
  surveyReplay,
  type ClosedLoopTraffic,
  type OpenTraffic,
  type TraceTraffic,
  type TrafficSpec,
} from '../../workloads/index.ts'
import { packageRoot } from './package.ts'
import type { RecordedData } from './schema/replay.ts'
import type { OneTrafficData, TrafficData } from './schema/patterns.ts'

/** Resolves a recording; `place` is its path below the traffic. */
type Recording = (given: RecordedData, place: readonly (string | number)[]) => TraceTraffic | OpenTraffic

/** Fills the defaults that depend on the horizon: a period equals the horizon and a day a seventh of it, so that a run has one whole period or week. */
export function resolveTraffic(given: TrafficData, horizon: number, recording: Recording = nowhere): TrafficSpec {
  if (given.pattern === 'trace') return recording(given, [])
  if (given.pattern !== 'merge') return resolvePattern(given, horizon)
  return {
    pattern: 'merge',
    parts: given.merge.map((part, i) =>
      part.pattern === 'trace' ? recording(part, ['merge', i]) : openPart(resolvePattern(part, horizon)),
    ),
  }
}

function resolvePattern(given: Exclude<OneTrafficData, RecordedData>, horizon: number): OpenTraffic | ClosedLoopTraffic {
  switch (given.pattern) {
    case 'diurnal':
      return { ...given, period: given.period ?? horizon }
    case 'weekly':
      return { ...given, day: given.day ?? horizon / 7 }
    default:
      return given
  }
}

function openPart(part: OpenTraffic | ClosedLoopTraffic): OpenTraffic {
  if (part.pattern === 'closed-loop') throw new RangeError('found a closed loop among traffic to merge; accepted: an open pattern')
  return part
}

function nowhere(): never {
  throw new RangeError('found a recording of requests for arrivals of jobs; accepted: an open pattern')
}

/** A recording with its survey and digest. `folder` is the folder of the experiment file. Throws a TraceError for a file that cannot be used, a RangeError for keys that do not fit it. */
export function resolveRecorded(given: RecordedData, horizon: number, folder: string, digest: (file: string) => string): TraceTraffic {
  const { pattern, trace, path, columns, from, repeat, speedUp, scale, cpu, wait, bootstrap } = given
  const bundled = bundledTrace(trace)
  const format = columns === undefined ? (bundled?.format ?? trace) : columnsName(columns)
  if (path === undefined && bundled === undefined)
    throw new RangeError(`found the format ${trace} without a file; accepted: path: the recording, relative to this file`)
  const file =
    path === undefined && bundled !== undefined ? fileURLToPath(new URL(bundledFile(bundled), packageRoot())) : resolve(folder, path ?? '')
  const request = {
    pattern,
    trace,
    format,
    file,
    from,
    ...(repeat === undefined ? {} : { repeat }),
    speedUp,
    scale,
    cpu: cpu ?? null,
    wait: wait ?? null,
    bootstrap: bootstrap ?? null,
  }
  return { ...request, ...surveyReplay(request, horizon), digest: digest(file) }
}

/** Replaces a recording that cannot be used: no arrivals. The issue about it prevents the run. */
export const UNUSABLE: OpenTraffic = { pattern: 'poisson', rate: 0 }
