/** Whether a resolved scenario can run: pods against nodes, and sources that can be opened. */
import { EmptyNodes, FAMILIES, type NodeTemplate, showDuration, zeroProblem } from '../../../sim/index.ts'
import { Streams, type RandomStream } from '../../../sim/random/index.ts'
import { openBackground, openJobs, TraceError, type Capacity, type Fits } from '../../../workloads/index.ts'
import type { Issue } from '../document.ts'
import { snapshotWarnings } from '../resolve-snapshot.ts'
import type { StorageSpec } from '../resolve-storage.ts'
import { capacityOf, nodesOf, nodeKindsOf, type Scenario } from '../scenario.ts'
import { claimWarnings } from './claims.ts'
import { checkFit } from './fit.ts'
import { scriptWarnings } from './script.ts'

/** What is wrong with a scenario, and what its reader must know before it runs. */
export interface Checked {
  readonly issues: Issue[]
  readonly warnings: string[]
}

/** All issues of a scenario, and warnings. Sources are opened only when nothing else is wrong. */
export function checkScenario(scenario: Scenario): Checked {
  const nodes = scenario.pools.map(nodesOf)
  const kinds = nodeKindsOf(scenario, nodes)
  const { templates, counts } = kinds
  const fit = checkFit(scenario, kinds)
  const issues = [...fit.issues, ...missingGpus(scenario, templates), ...jobIssues(scenario)]
  const { orchestration, horizon } = scenario
  const warnings = [
    ...fit.warnings,
    ...snapshotWarnings(scenario),
    ...claimWarnings(orchestration?.storage as StorageSpec | undefined, templates),
    ...scriptWarnings(orchestration, horizon, templates),
  ]
  if (issues.length === 0) {
    const empty = new EmptyNodes(templates)
    const opened = openSources(scenario, capacityOf(nodes), (shape, count = 1) =>
      count === 1 ? empty.fits(shape) : empty.holds(shape, count, counts),
    )
    issues.push(...opened.issues)
    warnings.push(...opened.warnings)
  }
  issues.push(...withoutPods(scenario))
  const { name } = scenario.choices['autoscaling.nodes']
  if (name !== 'none' && scenario.pools.every((pool) => pool.min === pool.max)) {
    issues.push({
      path: ['autoscaling', 'nodes'],
      message: `found ${name}, but no pool may grow or shrink; accepted: min or max on a pool`,
    })
  }
  return { issues, warnings }
}

/** Services that their autoscaler could scale to 0 and never back; an own algorithm is trusted to see arrivals. */
function withoutPods({ services, choices }: Scenario): Issue[] {
  const { name, file } = choices['autoscaling.replicas']
  const definition = file === undefined ? FAMILIES['autoscaling.replicas'].find(name) : undefined
  const message = definition === undefined ? '' : zeroProblem(definition)
  if (message === '') return []
  return services.flatMap(({ minReplicas }, i) => (minReplicas > 0 ? [] : [{ path: ['workload', 'services', i, 'minReplicas'], message }]))
}

/** Rigid jobs, and queue orders by jobs, need a scheduler that places job by job on a live view. */
function jobIssues({ jobs, choices, schedulers, binpacking }: Scenario): Issue[] {
  const rounds = choices.binpacking.name !== 'none' && binpacking.role !== 'estimator'
  const queues = [
    { order: choices['scheduling.order'].name, view: 'live' },
    ...schedulers.map(({ order, view }) => ({ order: order.name, view })),
  ]
  const issues: Issue[] = []
  queues.forEach(({ order, view }, row) => {
    const byJob = order === 'fcfs' || order === 'easy' || order === 'conservative'
    const rigid = jobs.findIndex((source) => source.rigid === true && source.scheduler === row)
    if (!byJob && rigid < 0) return
    const path = rigid < 0 ? (row === 0 ? ['scheduling', 'order'] : ['schedulers', row - 1, 'order']) : ['workload', 'jobs', rigid]
    const found = rigid < 0 ? `found ${order}, which starts jobs as a whole` : 'found rigid jobs, whose tasks start together'
    if (row === 0 && rounds)
      issues.push({
        path,
        message: `${found}, with a packer that places pods in rounds; accepted: binpacking with role: estimator, or none`,
      })
    if (view === 'snapshot') issues.push({ path, message: `${found}, under a scheduler with a snapshot; accepted: view: live` })
    if (order === 'fair-share')
      issues.push({
        path,
        message: `${found}, with the queue order fair-share, which orders pods; accepted: fifo, fcfs, easy, conservative, priority, shortest-first or earliest-deadline`,
      })
  })
  return issues
}

function missingGpus(scenario: Scenario, templates: readonly NodeTemplate[]): Issue[] {
  if (templates.some(({ gpus }) => gpus > 0)) return []
  return (['background', 'jobs'] as const).flatMap((list) =>
    scenario[list].flatMap(({ inflate }, i) =>
      inflate?.resource === 'gpu'
        ? [
            {
              path: ['workload', list, i, 'inflate', 'gpu'],
              message: 'found a share of GPUs, but no pool has any; accepted: cpu, memory',
            },
          ]
        : [],
    ),
  )
}

/**
 * Problems that appear only when a source is opened: shares of a resource that no row requests, blocks longer than the trace, distributions
 * without a mean; and rows that fit no node, as warnings.
 */
function openSources(scenario: Scenario, capacity: Capacity, fits: Fits): Checked {
  const streams = new Streams('check', 0)
  const stream = (purpose: string): RandomStream => streams.stream(purpose)
  const { background, jobs, horizon } = scenario
  const warnings: string[] = []
  const issues = [
    ...background.flatMap((spec, i) =>
      spec.kind === 'trace'
        ? openIssue('background', i, spec, () => {
            const { misfit = '' } = openBackground(spec, capacity, stream, fits)
            if (misfit !== '') warnings.push(`background ${spec.name}: ${misfit}`)
          })
        : [],
    ),
    ...jobs.flatMap((spec, i) =>
      openIssue('jobs', i, spec, () => {
        const source = openJobs(spec, capacity, stream, 0, fits)
        // When rows are drawn at random, one draw says nothing about the others.
        const random = spec.kind === 'trace' && (spec.bootstrap !== null || spec.shape.some(({ kind }) => kind === 'sample'))
        if (source.stationary || source.next() < (random ? Infinity : horizon)) return
        throw new RangeError(
          `found no job before the horizon of ${showDuration(horizon)}; accepted: a recording and a shape that leave some, such as shape: [{ cut: { from: 1h } }]`,
        )
      }),
    ),
  ]
  return { issues, warnings }
}

/** The error of `open` as an issue at the key that its message begins with. */
function openIssue(list: string, i: number, source: { readonly name: string }, open: () => void): Issue[] {
  try {
    open()
    return []
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof TraceError)) throw error
    const text = error instanceof TraceError ? `found ${error.found}; accepted: ${error.accepted}` : error.message
    const message = text.replace(`${list} ${source.name}: `, '')
    const key = Object.keys(source).find((one) => message.startsWith(one))
    return [
      {
        path: ['workload', list, i, ...(key === undefined ? [] : [key])],
        message: message.startsWith('found ') ? message : `found ${message}`,
      },
    ]
  }
}
