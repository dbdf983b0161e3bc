/** Traffic with all its times known, and recordings found and looked through. */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  bundledFile,
  bundledTrace,
  surveyReplay,
  type ClosedLoopTraffic,
  type OpenTraffic,
  type TraceTraffic,
  type TrafficSpec,
} from '../../workloads/index.ts'
import { packageRoot } from './package.ts'
import type { RecordedData } from './schema-replay.ts'
import type { OneTrafficData, TrafficData } from './schema-traffic.ts'

/** A recording at a place below the traffic, found and looked through. */
type Recording = (given: RecordedData, place: readonly (string | number)[]) => TraceTraffic | OpenTraffic

/** A wave without a period takes the horizon, a week a seventh of it for a day: so a run sees one whole wave or week. */
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
  throw new RangeError('found a recording of requests where no requests come; accepted: an open pattern')
}

/** `folder` is where the experiment file lies. Throws a TraceError for a file that cannot be used, a RangeError for keys that do not fit it. */
export function resolveRecorded(given: RecordedData, horizon: number, folder: string, digest: (file: string) => string): TraceTraffic {
  const { pattern, trace, path, from, repeat, speedUp, scale, cpu, wait, bootstrap } = given
  const brought = bundledTrace(trace)
  const format = brought?.format ?? trace
  if (path === undefined && brought === undefined)
    throw new RangeError(`found the format ${trace} without a file; accepted: path: the recording, relative to this file`)
  const file =
    path === undefined && brought !== undefined ? fileURLToPath(new URL(bundledFile(brought), packageRoot())) : resolve(folder, path ?? '')
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

/** In place of a recording that cannot be used: nothing comes. The issue about it stops everything before a run. */
export const UNUSABLE: OpenTraffic = { pattern: 'poisson', rate: 0 }
