/** Rules between keys. Each works on what could be read, so that one wrong section does not hide the problems of the others. */
import { METRICS } from '../../sim/outcome/standard.ts'
import type { NodeTemplate } from '../../sim/input.ts'
import { Streams, type RandomStream } from '../../sim/random/stream.ts'
import { showCpu, showDuration, showMemory } from '../../sim/common/units.ts'
import { bundledTrace, lifetimeProblem, LIFETIMES, openBackground, openJobs, TraceError, type JobsSpec } from '../../workloads/index.ts'
import { isMap } from './quantities.ts'
import type { Issue } from './resolve.ts'
import { capacityOf, nodesOf, type Scenario } from './scenario.ts'
import type { ScenarioData } from './schema.ts'

/** Two items of one name, seen in the raw data: the check stands even when an item has problems of its own. */
export function duplicateNames(raw: unknown): Issue[] {
  const issues: Issue[] = []
  const look = (items: unknown, path: readonly string[], word: string): void => {
    if (!Array.isArray(items)) return
    const seen = new Set<string>()
    items.forEach((item, i) => {
      const name = isMap(item) ? (item['name'] ?? item['trace'] ?? item['preset']) : undefined
      if (typeof name !== 'string') return
      if (seen.has(name))
        issues.push({ path: [...path, i, 'name'], message: `found a second ${word} with the name "${name}"; accepted: each name once` })
      seen.add(name)
    })
  }
  const part = (key: string, inner: string): unknown => (isMap(raw) && isMap(raw[key]) ? raw[key][inner] : undefined)
  look(part('cluster', 'pools'), ['cluster', 'pools'], 'pool')
  look(part('workload', 'services'), ['workload', 'services'], 'service')
  look(part('workload', 'background'), ['workload', 'background'], 'background source')
  look(part('workload', 'jobs'), ['workload', 'jobs'], 'source of jobs')
  return issues
}

/** Times and bounds of one section, before anything is resolved. */
export function checkData(data: Partial<ScenarioData>): Issue[] {
  const issues: Issue[] = []
  const refuse = (wrong: boolean, path: Issue['path'], message: string): void => void (wrong && issues.push({ path, message }))
  const { horizon, warmup, disturbance } = data
  if (horizon !== undefined && warmup !== undefined) {
    refuse(warmup >= horizon, ['warmup'], `found ${showDuration(warmup)}; accepted: less than the horizon of ${showDuration(horizon)}`)
  }
  if (horizon !== undefined && disturbance !== undefined) {
    refuse(
      disturbance >= horizon,
      ['disturbance'],
      `found ${showDuration(disturbance)}; accepted: less than the horizon of ${showDuration(horizon)}`,
    )
  }
  data.cluster?.pools.forEach((pool, i) => {
    const at = (key: string): Issue['path'] => ['cluster', 'pools', i, key]
    if ('trace' in pool) return
    const { count, min = count, max = count } = pool
    refuse(min > max, at('min'), `found ${min}; accepted: at most the pool's max of ${max}`)
    refuse(min <= max && (count < min || count > max), at('count'), `found ${count}; accepted: between min ${min} and max ${max}`)
    refuse(pool.gpus > 0 && pool.gpuModel === '', at('gpus'), `found ${pool.gpus} without a gpuModel; accepted: both or neither`)
  })
  data.workload?.services.forEach((service, i) => {
    const at = (key: string): Issue['path'] => ['workload', 'services', i, key]
    const { replicas, minReplicas = Math.min(1, replicas), maxReplicas = Math.max(minReplicas, 10 * replicas, 1) } = service
    refuse(minReplicas > maxReplicas, at('minReplicas'), `found ${minReplicas}; accepted: at most maxReplicas, ${maxReplicas}`)
    refuse(
      minReplicas <= maxReplicas && (replicas < minReplicas || replicas > maxReplicas),
      at('replicas'),
      `found ${replicas}; accepted: between minReplicas ${minReplicas} and maxReplicas ${maxReplicas}`,
    )
    refuse(
      service.limit !== undefined && service.limit < service.cpu,
      at('limit'),
      `found ${showCpu(service.limit ?? 0)}; accepted: at least the request of ${showCpu(service.cpu)}`,
    )
    refuse(
      service.preStop > service.grace,
      at('preStop'),
      `found ${showDuration(service.preStop)}; accepted: at most the grace of ${showDuration(service.grace)}`,
    )
    const { traffic } = service
    const parts =
      traffic.pattern === 'merge'
        ? traffic.merge.map((part, k) => ({ part, place: [...at('traffic'), 'merge', k] }))
        : [{ part: traffic, place: at('traffic') }]
    for (const { part, place } of parts) {
      if (part.pattern === 'step') {
        refuse(
          part.until !== null && part.until <= part.at,
          [...place, 'until'],
          `found ${showDuration(part.until ?? 0)}; accepted: after the step at ${showDuration(part.at)}`,
        )
      }
      if ('at' in part) {
        refuse(
          horizon !== undefined && part.at >= horizon,
          [...place, 'at'],
          `found ${showDuration(part.at)}; accepted: less than the horizon of ${showDuration(horizon ?? 0)}`,
        )
      }
    }
  })
  data.workload?.background.forEach((source, i) => {
    const at = (...keys: string[]): Issue['path'] => ['workload', 'background', i, ...keys]
    const { share, limited } = source.usage
    refuse(
      limited && share > 1,
      at('usage', 'share'),
      `found ${share * 100}% with limited: true; accepted: at most 100%, or limited: false`,
    )
    if ('trace' in source) {
      refuse(
        source.inflate !== undefined && source.from > 0,
        at('from'),
        'found from with inflate, which draws from all rows; accepted: one of the two',
      )
    } else {
      refuse(
        (source.count === undefined) === (source.inflate === undefined),
        at(),
        `found ${source.count === undefined ? 'neither count nor inflate' : 'both count and inflate'}; accepted: one of the two`,
      )
      const { lifetime } = source
      const known = lifetime === null || (LIFETIMES as readonly string[]).includes(lifetime.kind)
      refuse(!known, at('lifetime'), `found a ${lifetime?.kind} lifetime; accepted: forever, ${LIFETIMES.join(', ')}`)
      const problem = lifetime === null || !known ? '' : lifetimeProblem(lifetime)
      refuse(problem !== '', at('lifetime'), `found ${problem}`)
    }
  })
  data.workload?.jobs.forEach((source, i) => {
    const at = (...keys: string[]): Issue['path'] => ['workload', 'jobs', i, ...keys]
    const { usage, arrivals, inflate } = source
    refuse(
      usage !== undefined && usage.limited && usage.share > 1,
      at('usage', 'share'),
      `found ${(usage?.share ?? 0) * 100}% with limited: true; accepted: at most 100%, or limited: false`,
    )
    const neither = arrivals === undefined && inflate === undefined
    refuse(
      (arrivals?.pattern as string | undefined) === 'closed-loop',
      at('arrivals', 'pattern'),
      'found closed-loop, which waits for answers; accepted: an open pattern such as poisson',
    )
    refuse(arrivals !== undefined && inflate !== undefined, at('inflate'), 'found both arrivals and inflate; accepted: one of the two')
    if ('trace' in source) {
      refuse(
        source.path === undefined && bundledTrace(source.trace) === undefined,
        at('trace'),
        `found the format ${source.trace} without a file; accepted: path: the recording, relative to this file`,
      )
      return
    }
    refuse(neither, at(), 'found neither arrivals nor inflate; accepted: one of the two')
    if ('preset' in source) return
    const { cpu, memory, shapes, duration, work, tasks, priority, classes, correlation } = source
    refuse(
      (shapes === undefined) === (cpu === undefined && memory === undefined),
      at(),
      `found ${shapes === undefined ? 'neither cpu and memory nor shapes' : 'both cpu or memory and shapes'}; accepted: cpu and memory, or shapes`,
    )
    refuse(
      shapes === undefined && (cpu === undefined) !== (memory === undefined),
      at(),
      `found no ${cpu === undefined ? 'cpu' : 'memory'}; accepted: both cpu and memory`,
    )
    refuse(
      (duration === undefined) === (work === undefined),
      at(),
      `found ${work === undefined ? 'neither duration nor work' : 'both duration and work'}; accepted: one of the two`,
    )
    refuse(
      classes !== undefined && (tasks !== undefined || priority !== undefined),
      at('classes'),
      `found classes beside ${tasks === undefined ? 'priority' : 'tasks'}; accepted: tasks and priority in each class`,
    )
    refuse(
      work !== undefined && correlation.duration !== 0,
      at('correlation', 'duration'),
      'found a correlation with durations that work gives; accepted: duration in place of work',
    )
  })
  if (
    data.workload !== undefined &&
    data.workload.services.length === 0 &&
    data.workload.background.length === 0 &&
    data.workload.jobs.length === 0
  ) {
    issues.push({ path: ['workload'], message: 'found neither services nor background nor jobs; accepted: at least one of them' })
  }
  return issues
}

/** Does what is asked for fit what is offered? */
export function checkScenario(scenario: Scenario): Issue[] {
  const issues: Issue[] = []
  const nodes = scenario.pools.map(nodesOf)
  const templates = nodes.flatMap((pool) => pool.templates)
  const most = (of: (template: NodeTemplate) => number): number => templates.reduce((best, template) => Math.max(best, of(template)), 0)
  scenario.services.forEach(({ shape }, i) => {
    if (templates.some((template) => template.cpu >= shape.cpu && template.memory >= shape.memory)) return
    issues.push({
      path: ['workload', 'services', i, shape.cpu > most((t) => t.cpu) ? 'cpu' : 'memory'],
      message: `found a pod of ${showCpu(shape.cpu)} and ${showMemory(shape.memory)} that fits no node of any pool; accepted: at most ${showCpu(most((t) => t.cpu))} and ${showMemory(most((t) => t.memory))}`,
    })
  })
  scenario.background.forEach((source, i) => {
    if (source.inflate?.resource !== 'gpu' || templates.some((template) => template.gpus > 0)) return
    issues.push({
      path: ['workload', 'background', i, 'inflate', 'gpu'],
      message: 'found a share of GPUs, but no pool has any; accepted: cpu, memory',
    })
  })
  scenario.jobs.forEach((source, i) => {
    if (source.inflate?.resource === 'gpu' && templates.every((template) => template.gpus === 0)) {
      issues.push({
        path: ['workload', 'jobs', i, 'inflate', 'gpu'],
        message: 'found a share of GPUs, but no pool has any; accepted: cpu, memory',
      })
    }
    const large = largeShape(source, templates)
    if (large !== undefined)
      issues.push({
        path: ['workload', 'jobs', i, 'shapes', large],
        message: 'found a shape that fits no node of any pool; accepted: at most what a node offers',
      })
  })
  if (issues.length === 0) issues.push(...unopenable(scenario, capacityOf(nodes)))
  if (scenario.nodes.name !== 'none' && scenario.pools.every((pool) => pool.min === pool.max)) {
    issues.push({
      path: ['autoscaling', 'nodes'],
      message: `found ${scenario.nodes.name}, but no pool may grow or shrink; accepted: min or max on a pool`,
    })
  }
  return issues
}

/** Place of a shape that no node could hold; drawn requests are told of at the horizon. */
function largeShape(source: JobsSpec, templates: readonly NodeTemplate[]): number | undefined {
  if (source.kind === 'trace' || source.size.kind !== 'shapes') return undefined
  const place = source.size.shapes.findIndex(
    ({ cpu, memory, gpus }) => !templates.some((node) => node.cpu >= cpu && node.memory >= memory && node.gpus >= gpus),
  )
  return place < 0 ? undefined : place
}

/** What only shows when a source is opened: shares of what no one asks for, blocks longer than the trace, distributions without a mean. */
function unopenable(scenario: Scenario, capacity: { cpu: number; memory: number; gpu: number }): Issue[] {
  const issues: Issue[] = []
  const streams = new Streams('check', 0)
  const stream = (purpose: string): RandomStream => streams.stream(purpose)
  const tried = (list: string, i: number, source: object, name: string, open: () => unknown): void => {
    try {
      open()
    } catch (error) {
      if (!(error instanceof RangeError) && !(error instanceof TraceError)) throw error
      const sentence = (error instanceof TraceError ? `found ${error.found}; accepted: ${error.accepted}` : error.message).replace(
        `${list} ${name}: `,
        '',
      )
      const key = Object.keys(source).find((one) => sentence.startsWith(one))
      issues.push({
        path: ['workload', list, i, ...(key === undefined ? [] : [key])],
        message: sentence.startsWith('found ') ? sentence : `found ${sentence}`,
      })
    }
  }
  scenario.background.forEach(
    (spec, i) => spec.kind === 'trace' && tried('background', i, spec, spec.name, () => openBackground(spec, capacity, stream)),
  )
  scenario.jobs.forEach((spec, i) =>
    tried('jobs', i, spec, spec.name, () => {
      const source = openJobs(spec, capacity, stream)
      // Where luck decides which rows come, one draw tells nothing of the others.
      const lucky = spec.kind === 'trace' && (spec.bootstrap !== null || spec.shape.some(({ kind }) => kind === 'sample'))
      if (source.stationary || source.next() < (lucky ? Infinity : scenario.horizon)) return
      throw new RangeError(
        `found no job before the horizon of ${showDuration(scenario.horizon)}; accepted: a recording and a shape that leave some, such as shape: [{ cut: { from: 1h } }]`,
      )
    }),
  )
  return issues
}

/** Metrics that have a meaning only with these. */
const NEEDS_OBJECTIVE = ['goodput', 'slo-misses', 'slo-violation-minutes', 'recovery', 'cost-per-million']

/** Is the primary metric defined for this scenario? */
export function checkPrimary(primary: string, scenario: Scenario): Issue[] {
  const at = (message: string): Issue[] => [{ path: ['primary'], message: `found ${primary}, ${message}` }]
  const group = METRICS.find((metric) => metric.id === primary)?.group
  if (group === 'requests' && scenario.services.length === 0)
    return at('but there are no services; accepted: a metric of pods or nodes, or a service')
  if (NEEDS_OBJECTIVE.includes(primary) && scenario.services.every((service) => service.objective === null)) {
    return at('which needs an objective on a service; accepted: objective: 100ms on a service, or another metric')
  }
  if (group === 'jobs') return checkJobMetric(primary, scenario, at)
  if (primary === 'recovery' && scenario.disturbance === null)
    return at('which needs a disturbance; accepted: disturbance: 5m, or another metric')
  return []
}

function checkJobMetric(primary: string, { jobs }: Scenario, at: (message: string) => Issue[]): Issue[] {
  if (jobs.length === 0) return at('but there are no jobs; accepted: a metric of pods or nodes, or a source of jobs')
  if (primary === 'job-deadline-misses' && jobs.every(({ deadline }) => deadline === null))
    return at('which needs a deadline; accepted: deadline: 3 on a source of jobs, or another metric')
  if (primary === 'job-fairness' && jobs.length === 1 && jobs[0].kind === 'drawn' && jobs[0].tenants.length < 2) {
    return at('which needs two tenants; accepted: tenants: 2 on a source of jobs, or another metric')
  }
  if (primary === 'job-makespan' && jobs.some(({ kind, arrivals, inflate }) => kind === 'drawn' || arrivals !== null || inflate !== null)) {
    return at('which needs jobs that come to an end; accepted: the replay of a trace, or another metric')
  }
  return []
}

/** An axis that no variant listens to: rounds of a packer place every pod, so the scheduler decides nothing. */
export function idleAxes(keys: readonly string[], scenarios: readonly Scenario[]): { readonly axis: number; readonly message: string }[] {
  const placedInRounds = scenarios.every(({ binpacking }) => binpacking.name !== 'none' && binpacking.seat !== 'estimator')
  if (!placedInRounds || scenarios.length === 0) return []
  const axis = keys.findIndex((key) => key === 'scheduling' || key.startsWith('scheduling.'))
  const message =
    'found an axis that changes nothing: the packer places all pods in rounds; accepted: binpacking with seat: estimator, or none'
  return axis < 0 ? [] : [{ axis, message }]
}

/** The verdict's metric when the file names none. */
export function defaultPrimary(scenario: Scenario): string {
  if (scenario.services.some((service) => service.objective !== null)) return 'slo-misses'
  if (scenario.services.length > 0) return 'latency-p99'
  return scenario.jobs.length > 0 ? 'job-completion-mean' : 'pending-p99'
}
