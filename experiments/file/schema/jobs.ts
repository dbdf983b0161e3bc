/** Jobs in the experiment file: drawn, by a published preset, or from a trace. */
import type { z } from 'zod'
import { bundledTraces, DAG_WORDS, jobPresets, jobTraces, type DagSpec, type JobTenant } from '../../../workloads/index.ts'
import {
  amounts,
  cpu,
  flag,
  forms,
  isMap,
  list,
  memory,
  name,
  number,
  oneOf,
  positive,
  positiveTime,
  section,
  whole,
  words,
} from '../quantities.ts'
import { inflate, scheduler, usage } from './background.ts'
import { columns } from './columns.ts'
import { COUNT, distribution, distributionOf, type Quantity } from './distribution.ts'
import { shapingKeys } from './shape.ts'
import { arrivals } from './traffic.ts'

const CPU: Quantity = { any: () => cpu({ min: 0 }), positive: cpu, one: 'an amount of CPU', many: 'amounts of CPU' }
const MEMORY: Quantity = { any: memory, positive: () => memory({ min: 1 }), one: 'an amount of memory', many: 'amounts of memory' }

/** Bundled recordings, and formats of users' files. */
const traceNames = [...new Set([...bundledTraces.filter(({ format }) => jobTraces.includes(format)).map((one) => one.name), ...jobTraces])]

// Dependencies between the tasks of a job.

const layers = section('layers', {
  layers: whole({ min: 1, max: 1000 }).describe('number of layers, of about equal size'),
  parents: whole({ min: 1 })
    .optional()
    .describe('number of tasks of the previous layer that a task depends on, drawn at random; default: all of them'),
}).transform(({ layers, parents }): DagSpec => ({ kind: 'layers', depth: layers, parents: parents ?? null }))

const oneDag = forms<DagSpec>({ word: oneOf(DAG_WORDS).transform((kind): DagSpec => ({ kind })), layers }, (value) =>
  isMap(value) ? 'layers' : 'word',
)

const dag = forms<DagSpec>(
  {
    one: oneDag,
    mixed: list('structures', section('a structure', { dag: oneDag, weight: positive().prefault(1) }))
      .min(1, 'found an empty list; accepted: at least one structure')
      .transform((parts): DagSpec => ({ kind: 'mixed', parts })),
  },
  (value) => (Array.isArray(value) ? 'mixed' : 'one'),
)

// Tenants.

const tenants = forms<readonly JobTenant[]>(
  {
    count: whole({ min: 1, max: 100_000 }).transform((count) => users(count, 0)),
    zipf: section('tenants by Zipf', {
      count: whole({ min: 1, max: 100_000 }).describe('number of tenants'),
      exponent: number({ min: 0, max: 10 }).prefault(1).describe('tenant k submits in proportion to k^-exponent; 0: all equally'),
    }).transform(({ count, exponent }) => users(count, exponent)),
    named: list('tenants', section('a tenant', { name: name(), weight: positive().prefault(1) })).min(
      1,
      'found an empty list; accepted: at least one tenant',
    ),
  },
  (value) => (Array.isArray(value) ? 'named' : isMap(value) ? 'zipf' : 'count'),
)

function users(count: number, exponent: number): JobTenant[] {
  return Array.from({ length: count }, (_, i) => ({ name: `user-${i + 1}`, weight: Math.exp(-exponent * Math.log(i + 1)) }))
}

const priority = () => whole({ min: -2_147_483_648, max: 2_147_483_647 })

const common = {
  tenants: tenants
    .optional()
    .describe(
      'tenants that submit the jobs: a number, { count, exponent } for a Zipf distribution, or a list of names with weights; default: one tenant, or those of the trace',
    ),
  deadline: distributionOf(COUNT)
    .optional()
    .describe('deadline over critical path, both counted from submission: 3, or { uniform: { low: 2, high: 5 } }; default: none'),
  rigid: flag()
    .optional()
    .describe('the tasks of a job start together or not at all, as parallel jobs do; default: true for the format swf, otherwise false'),
  estimate: distributionOf(COUNT)
    .optional()
    .describe('requested over actual run time of a job, on which backfilling relies; default: the recorded request, or 1'),
  kill: flag().prefault(false).describe('true: a job that runs longer than requested is ended at its requested time, as batch systems do'),
  usage: usage.optional().describe('CPU used while running; default: 60% of the request, or that of the preset'),
  scheduler: scheduler(),
}

const coming = {
  arrivals: arrivals
    .optional()
    .describe(
      'how jobs arrive: { rate: 2/s }, with the open patterns of traffic; their times count from the start of the run, as for requests',
    ),
  inflate: inflate(['cpu', 'memory', 'gpu'])
    .optional()
    .describe("or as many jobs as request this share of the cluster's capacity (Little's law)"),
}

const drawn = section('jobs', {
  name: name().prefault('jobs').describe('unique name'),
  ...coming,
  tasks: distributionOf(COUNT).optional().describe('number of tasks of a job; rounded, at least 1; default: 1'),
  cpu: distributionOf(CPU)
    .optional()
    .describe('CPU request of the tasks of a job; drawn values are rounded to a grid with four steps per doubling'),
  memory: distributionOf(MEMORY).optional().describe('memory request, rounded in the same way'),
  shapes: list(
    'shapes',
    section('a shape', {
      cpu: cpu(),
      memory: memory(),
      gpus: whole({ min: 0, max: 8 }).prefault(0),
      weight: positive().prefault(1),
      resources: amounts().prefault({}).describe('further named resources, whole amounts per pod'),
    }),
  )
    .min(1, 'found an empty list; accepted: at least one shape')
    .optional()
    .describe('or requests to draw from, by weight'),
  duration: distribution().optional().describe('how long a task runs, drawn for each task'),
  work: distribution().optional().describe('or CPU time of the whole job on one core, in equal parts: duration = work / (tasks × cpu)'),
  longest: positiveTime()
    .prefault('744h')
    .describe(
      'with work: longest duration of a task; a job with more work gets more tasks instead. Default 744h, the 31 days of the Borg trace',
    ),
  correlation: section('the correlation', {
    duration: number({ min: -1, max: 1 }).prefault(0).describe('correlation of the CPU request with the durations of the tasks'),
    memory: number({ min: -1, max: 1 }).prefault(0).describe('correlation of the CPU request with the memory request'),
  })
    .prefault({})
    .describe("Spearman's rank correlations, by a Gaussian copula"),
  priority: priority().optional().describe('priority of the pods; default: 0'),
  classes: list(
    'classes',
    section('a class', {
      weight: positive().prefault(1),
      tasks: distributionOf(COUNT).prefault(1),
      priority: priority().prefault(0),
    }),
  )
    .min(1, 'found an empty list; accepted: at least one class')
    .optional()
    .describe('instead of tasks and priority: kinds of jobs, by weight'),
  dag: dag
    .prefault('independent')
    .describe(`dependencies between tasks: ${DAG_WORDS.join(', ')}, { layers: 3 }, or a list of them with weights`),
  ...common,
})

const preset = section('jobs of a preset', {
  name: name().optional().describe("unique name; default: the preset's"),
  preset: oneOf(jobPresets.map((one) => one.name)).describe('a published workload'),
  ...coming,
  machine: section('the machine', { cpu: cpu(), memory: memory({ min: 1 }) })
    .optional()
    .describe('machine that normalised requests are shares of; default: that of the preset'),
  dag: dag.optional().describe("replaces the preset's"),
  priority: priority().optional().describe("replaces the preset's"),
  ...common,
})

const traced = section('jobs of a trace', {
  name: name().optional().describe("unique name; default: the trace's"),
  trace: oneOf(traceNames).describe(
    'the name of a bundled recording, or with path the format of your own file: lists of pods (a row is a job) and workflows',
  ),
  path: words().optional().describe('file of the recording, relative to this file; default: the bundled data'),
  columns: columns
    .optional()
    .describe('with trace: columns, which column of the file has what: { time: submit, unit: s, duration: runtime, cpu: cores }'),
  duration: positiveTime().optional().describe('how long a row without a recorded end runs; needed to draw such rows; default: for ever'),
  ...coming,
  ...shapingKeys,
  ...common,
})

type Jobs = z.infer<typeof drawn> | z.infer<typeof preset> | z.infer<typeof traced>

/** A source of jobs. */
export const jobs = forms<Jobs>({ drawn, preset, traced }, (value) => {
  if (!isMap(value)) return 'drawn'
  return 'preset' in value ? 'preset' : 'trace' in value ? 'traced' : 'drawn'
})
