/**
 * Rules between the keys of a section, checked before anything is resolved. Each check works on what could be read, so that one wrong
 * section does not hide the problems of the others.
 */
import { showCpu, showDuration } from '../../../sim/index.ts'
import { bundledTrace, COLUMNS, lifetimeProblem, LIFETIMES } from '../../../workloads/index.ts'
import type { Issue } from '../document.ts'
import type { BackgroundData, JobsData, PoolData, ScenarioData, ServiceData } from '../schema.ts'
import { batchIssues } from './batch.ts'
import { exactlyOne, issuesAt, type Issues } from './issues.ts'
import { limitIssues } from './limits.ts'

/** All issues of the sections that could be read. */
export function checkData(data: Partial<ScenarioData>): Issue[] {
  const { cluster, workload, horizon } = data
  const issues = [...times(data), ...limitIssues(data)]
  // forEach skips holes, which stand for items that could not be read.
  cluster?.pools.forEach((pool, i) => issues.push(...poolIssues(pool, i)))
  workload?.services.forEach((service, i) => issues.push(...serviceIssues(service, i), ...trafficIssues(service, i, horizon)))
  workload?.background.forEach((source, i) => issues.push(...backgroundIssues(source, i)))
  workload?.jobs.forEach((source, i) => issues.push(...jobsIssues(source, i)))
  workload?.batch.forEach((given, i) => issues.push(...batchIssues(given, i)))
  if (
    workload !== undefined &&
    cluster?.snapshot === undefined &&
    workload.services.length + workload.background.length + workload.jobs.length + workload.batch.length === 0
  )
    issues.push({ path: ['workload'], message: 'found neither services nor background, jobs or batch; accepted: at least one of them' })
  return issues
}

function times({ horizon, warmup, disturbance }: Partial<ScenarioData>): Issue[] {
  if (horizon === undefined) return []
  const { all, refuse } = issuesAt()
  for (const [key, time] of Object.entries({ warmup, disturbance }))
    if (time !== undefined)
      refuse(time >= horizon, [key], `found ${showDuration(time)}; accepted: less than the horizon of ${showDuration(horizon)}`)
  return all
}

function poolIssues(pool: PoolData, i: number): Issue[] {
  if ('trace' in pool) return []
  if ('snapshot' in pool) return snapshotPoolIssues(pool, i)
  const { all, refuse } = issuesAt('cluster', 'pools', i)
  const { count, min = count, max = count, gpus, gpuModel } = pool
  refuse(min > max, ['min'], `found ${min}; accepted: at most the pool's max of ${max}`)
  refuse(min <= max && (count < min || count > max), ['count'], `found ${count}; accepted: between min ${min} and max ${max}`)
  refuse(gpus > 0 && gpuModel === '', ['gpus'], `found ${gpus} without a gpuModel; accepted: both or neither`)
  return all
}

function snapshotPoolIssues(pool: Extract<PoolData, { snapshot: unknown }>, i: number): Issue[] {
  const { count = 0, min = count, max = count } = pool
  const { all, refuse } = issuesAt('cluster', 'pools', i)
  refuse(min > count, ['min'], `found ${min}; accepted: at most ${count}, the nodes of the snapshot`)
  refuse(max < count, ['max'], `found ${max}; accepted: at least ${count}, the nodes of the snapshot`)
  return all
}

function serviceIssues(service: ServiceData, i: number): Issue[] {
  const { all, refuse } = issuesAt('workload', 'services', i)
  const { replicas, minReplicas = Math.min(1, replicas), maxReplicas = Math.max(minReplicas, 10 * replicas, 1) } = service
  const { limit, cpu, preStop, grace } = service
  refuse(minReplicas > maxReplicas, ['minReplicas'], `found ${minReplicas}; accepted: at most maxReplicas, ${maxReplicas}`)
  refuse(
    minReplicas <= maxReplicas && (replicas < minReplicas || replicas > maxReplicas),
    ['replicas'],
    `found ${replicas}; accepted: between minReplicas ${minReplicas} and maxReplicas ${maxReplicas}`,
  )
  if (limit !== undefined) refuse(limit < cpu, ['limit'], `found ${showCpu(limit)}; accepted: at least the request of ${showCpu(cpu)}`)
  refuse(preStop > grace, ['preStop'], `found ${showDuration(preStop)}; accepted: at most the grace of ${showDuration(grace)}`)
  return all
}

/** Times of patterns that change once, also those of merged parts. */
function trafficIssues({ traffic }: ServiceData, i: number, horizon: number | undefined): Issue[] {
  const { all, refuse } = issuesAt('workload', 'services', i, 'traffic')
  if (traffic === undefined) return all
  const parts =
    traffic.pattern === 'merge' ? traffic.merge.map((part, k) => ({ part, place: ['merge', k] })) : [{ part: traffic, place: [] }]
  for (const { part, place } of parts) {
    if (part.pattern === 'trace') refuseColumns(refuse, part, ...place)
    if (part.pattern === 'step' && part.until !== null)
      refuse(
        part.until <= part.at,
        [...place, 'until'],
        `found ${showDuration(part.until)}; accepted: after the step at ${showDuration(part.at)}`,
      )
    if ('at' in part && horizon !== undefined)
      refuse(
        part.at >= horizon,
        [...place, 'at'],
        `found ${showDuration(part.at)}; accepted: less than the horizon of ${showDuration(horizon)}`,
      )
  }
  return all
}

function backgroundIssues(source: BackgroundData, i: number): Issue[] {
  const { all, refuse } = issuesAt('workload', 'background', i)
  const { share, limited } = source.usage
  refuse(limited && share > 1, ['usage', 'share'], overLimit(share))
  if ('trace' in source) {
    const { inflate, from } = source
    fillIssues(source, refuse)
    refuse(inflate !== undefined && from > 0, ['from'], 'found from with inflate, which draws from all rows; accepted: one of the two')
    return all
  }
  const { count, inflate, lifetime } = source
  refuse((count === undefined) === (inflate === undefined), [], exactlyOne(count, 'count|inflate'))
  if (lifetime === null) return all
  const known = (LIFETIMES as readonly string[]).includes(lifetime.kind)
  refuse(!known, ['lifetime'], `found a ${lifetime.kind} lifetime; accepted: forever, ${LIFETIMES.join(', ')}`)
  const problem = known ? lifetimeProblem(lifetime) : ''
  refuse(problem !== '', ['lifetime'], `found ${problem}`)
  return all
}

function fillIssues(source: Extract<BackgroundData, { trace: unknown }>, refuse: Issues['refuse']): void {
  const { fill } = source
  if (fill === undefined) return
  const named = (['cpu', 'memory', 'gpu'] as const).filter((resource) => fill[resource] !== undefined)
  refuse(
    named.length !== 1,
    ['fill'],
    `found ${named.length === 0 ? 'no resource' : named.join(' and ')}; accepted: one of cpu, memory, gpu and a share, such as { gpu: 130% }`,
  )
  const others = [
    source.inflate !== undefined && 'inflate',
    source.from > 0 && 'from',
    source.speedUp !== 1 && 'speedUp',
    source.shape.length > 0 && 'shape',
    source.bootstrap !== undefined && 'bootstrap',
  ].filter((key) => key !== false)
  refuse(
    others.length > 0,
    [others[0] ?? 'fill'],
    `found ${others.join(', ')} with fill, which does not use the recorded times; accepted: one of the two`,
  )
}

const overLimit = (share: number): string => `found ${share * 100}% with limited: true; accepted: at most 100%, or limited: false`

function jobsIssues(source: JobsData, i: number): Issue[] {
  const { all, refuse } = issuesAt('workload', 'jobs', i)
  const { usage, arrivals, inflate } = source
  if (usage !== undefined) refuse(usage.limited && usage.share > 1, ['usage', 'share'], overLimit(usage.share))
  refuse(
    (arrivals?.pattern as string | undefined) === 'closed-loop',
    ['arrivals', 'pattern'],
    'found closed-loop, whose clients wait for responses; accepted: an open pattern such as poisson',
  )
  refuse(arrivals !== undefined && inflate !== undefined, ['inflate'], 'found both arrivals and inflate; accepted: one of the two')
  if ('trace' in source) {
    refuseColumns(refuse, source)
    refuse(
      source.path === undefined && bundledTrace(source.trace) === undefined,
      ['trace'],
      `found the format ${source.trace} without a file; accepted: path: the recording, relative to this file`,
    )
    return all
  }
  refuse(arrivals === undefined && inflate === undefined, [], 'found neither arrivals nor inflate; accepted: one of the two')
  return 'preset' in source ? all : [...all, ...drawnJobsIssues(source, i)]
}

/** `columns` says what is in a file of no known format, so it goes with `trace: columns` and no other. */
function refuseColumns(
  refuse: Issues['refuse'],
  { trace, columns, path }: { readonly trace: string; readonly columns?: unknown; readonly path?: string | undefined },
  ...place: readonly (string | number)[]
): void {
  refuse(
    trace === COLUMNS && columns === undefined,
    [...place, 'trace'],
    'found trace: columns without columns; accepted: both, such as columns: { time: Timestamp, unit: s, count: requests }',
  )
  refuse(
    trace !== COLUMNS && columns !== undefined,
    [...place, 'columns'],
    `found columns with trace: ${trace}, whose columns are known; accepted: trace: columns`,
  )
  refuse(
    trace === COLUMNS && path === undefined,
    [...place, 'trace'],
    'found trace: columns without a file; accepted: path: the table, relative to this file',
  )
}

function drawnJobsIssues(source: Exclude<JobsData, { trace: unknown } | { preset: unknown }>, i: number): Issue[] {
  const { all, refuse } = issuesAt('workload', 'jobs', i)
  const { cpu, memory, shapes, duration, work, tasks, priority, classes, correlation } = source
  refuse(
    (shapes === undefined) === (cpu === undefined && memory === undefined),
    [],
    `found ${shapes === undefined ? 'neither cpu and memory nor shapes' : 'both cpu or memory and shapes'}; accepted: cpu and memory, or shapes`,
  )
  refuse(
    shapes === undefined && (cpu === undefined) !== (memory === undefined),
    [],
    `found no ${cpu === undefined ? 'cpu' : 'memory'}; accepted: both cpu and memory`,
  )
  refuse((duration === undefined) === (work === undefined), [], exactlyOne(work, 'duration|work'))
  refuse(
    classes !== undefined && (tasks !== undefined || priority !== undefined),
    ['classes'],
    `found classes beside ${tasks === undefined ? 'priority' : 'tasks'}; accepted: tasks and priority in each class`,
  )
  refuse(
    work !== undefined && correlation.duration !== 0,
    ['correlation', 'duration'],
    'found a correlation with durations that follow from work; accepted: duration instead of work',
  )
  return all
}
