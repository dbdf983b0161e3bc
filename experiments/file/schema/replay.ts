/** Recorded requests in the experiment file. */
import type { z } from 'zod'
import { bundledTraces, MAX_REPETITIONS, trafficFormats, type SizeWork } from '../../../workloads/index.ts'
import { duration, mapOf, number, oneOf, positiveTime, section, share, whole, words } from '../quantities.ts'
import { columns } from './columns.ts'

const bundled = bundledTraces.filter(({ format }) => trafficFormats.includes(format)).map(({ name }) => name)

/** Names of bundled recordings, then formats of users' files. */
export const recordedNames = [...new Set([...bundled, ...trafficFormats])]

const sizeWork = section('work by sizes', {
  base: duration().prefault(0).describe('time of every request'),
  per: mapOf('a map from sizes of the trace to times, such as { context_tokens: 20us }', duration())
    .prefault({})
    .describe('time per unit of each size; `orchsim trace` prints the names of the sizes'),
}).transform((given): SizeWork => given)

/** Replays recorded requests. */
export const recorded = section('recorded traffic', {
  pattern: oneOf(['trace']).prefault('trace'),
  trace: oneOf(recordedNames).describe('the name of a bundled recording, or with path the format of your own file'),
  path: words().optional().describe('file of the recording, relative to this file, plain or gzip; default: the bundled data'),
  columns: columns
    .optional()
    .describe('with trace: columns, which column of the file has what: { time: Timestamp, unit: s, count: requests }'),
  from: duration().prefault(0).describe('time of the recording at which the run begins'),
  repeat: whole({ min: 1, max: MAX_REPETITIONS })
    .optional()
    .describe('number of times that the recording is replayed in sequence, at its own rate; default: 1'),
  speedUp: number({ min: 1e-9, max: 1e9 }).prefault(1).describe('divides gaps, so multiplies the rate: the same requests in less time'),
  scale: share({ min: 0.000_001, max: 1e9 })
    .prefault(1)
    .describe('for recorded requests the share that is kept, at most 100%; for recorded rates a factor, such as 50'),
  cpu: sizeWork.optional().describe("CPU work from the request's sizes; default: the work of the service"),
  wait: sizeWork.optional().describe("wait from the request's sizes; default: the wait of the service"),
  bootstrap: section('the bootstrap', {
    block: positiveTime()
      .prefault('24h')
      .describe('length of a block; blocks of whole days keep the time of day, shorter ones begin at any time'),
  })
    .optional()
    .describe(
      'a new recording in each replication, composed of blocks of this one drawn with replacement; default: as recorded, which is one sample',
    ),
})

export type RecordedData = z.infer<typeof recorded>
