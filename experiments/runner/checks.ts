/** Rules between keys. Each works on what could be read, so that one wrong section does not hide the problems of the others. */
import { METRICS } from '../../sim/metrics/standard.ts'
import type { NodeTemplate } from '../../sim/input.ts'
import { showCpu, showDuration, showMemory } from '../../sim/units.ts'
import { LIFETIMES } from '../../workloads/index.ts'
import { isMap } from './quantities.ts'
import type { Issue } from './resolve.ts'
import { nodesOf, type Scenario } from './scenario.ts'
import type { ScenarioData } from './schema.ts'

/** Two items of one name, seen in the raw data: the check stands even when an item has problems of its own. */
export function duplicateNames(raw: unknown): Issue[] {
  const issues: Issue[] = []
  const look = (items: unknown, path: readonly string[], word: string): void => {
    if (!Array.isArray(items)) return
    const seen = new Set<string>()
    items.forEach((item, i) => {
      const name = isMap(item) ? (item['name'] ?? item['trace']) : undefined
      if (typeof name !== 'string') return
      if (seen.has(name)) issues.push({ path: [...path, i, 'name'], message: `found a second ${word} with the name "${name}"; accepted: each name once` })
      seen.add(name)
    })
  }
  const part = (key: string, inner: string): unknown => (isMap(raw) && isMap(raw[key]) ? raw[key][inner] : undefined)
  look(part('cluster', 'pools'), ['cluster', 'pools'], 'pool')
  look(part('workload', 'services'), ['workload', 'services'], 'service')
  look(part('workload', 'background'), ['workload', 'background'], 'background source')
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
    refuse(disturbance >= horizon, ['disturbance'], `found ${showDuration(disturbance)}; accepted: less than the horizon of ${showDuration(horizon)}`)
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
    refuse(minReplicas <= maxReplicas && (replicas < minReplicas || replicas > maxReplicas), at('replicas'), `found ${replicas}; accepted: between minReplicas ${minReplicas} and maxReplicas ${maxReplicas}`)
    refuse(service.limit !== undefined && service.limit < service.cpu, at('limit'), `found ${showCpu(service.limit ?? 0)}; accepted: at least the request of ${showCpu(service.cpu)}`)
    refuse(service.preStop > service.grace, at('preStop'), `found ${showDuration(service.preStop)}; accepted: at most the grace of ${showDuration(service.grace)}`)
    const { traffic } = service
    if (traffic.pattern === 'step') {
      refuse(traffic.until !== undefined && traffic.until <= traffic.at, [...at('traffic'), 'until'], `found ${showDuration(traffic.until ?? 0)}; accepted: after the step at ${showDuration(traffic.at)}`)
      refuse(horizon !== undefined && traffic.at >= horizon, [...at('traffic'), 'at'], `found ${showDuration(traffic.at)}; accepted: less than the horizon of ${showDuration(horizon ?? 0)}`)
    }
  })
  data.workload?.background.forEach((source, i) => {
    const at = (...keys: string[]): Issue['path'] => ['workload', 'background', i, ...keys]
    const { share, limited } = source.usage
    refuse(limited && share > 1, at('usage', 'share'), `found ${share * 100}% with limited: true; accepted: at most 100%, or limited: false`)
    if ('trace' in source) {
      refuse(source.inflate !== undefined && source.from > 0, at('from'), 'found from with inflate, which draws from all rows; accepted: one of the two')
    } else {
      refuse((source.count === undefined) === (source.inflate === undefined), at(), `found ${source.count === undefined ? 'neither count nor inflate' : 'both count and inflate'}; accepted: one of the two`)
      const kind = source.lifetime?.kind
      refuse(kind !== undefined && !(LIFETIMES as readonly string[]).includes(kind), at('lifetime'), `found a ${kind} lifetime; accepted: forever, ${LIFETIMES.join(', ')}`)
    }
  })
  if (data.workload !== undefined && data.workload.services.length === 0 && data.workload.background.length === 0) {
    issues.push({ path: ['workload'], message: 'found neither services nor background; accepted: at least one of them' })
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
    issues.push({ path: ['workload', 'background', i, 'inflate', 'gpu'], message: 'found a share of GPUs, but no pool has any; accepted: cpu, memory' })
  })
  if (scenario.nodes.name !== 'none' && scenario.pools.every((pool) => pool.min === pool.max)) {
    issues.push({ path: ['autoscaling', 'nodes'], message: `found ${scenario.nodes.name}, but no pool may grow or shrink; accepted: min or max on a pool` })
  }
  return issues
}

/** Metrics that have a meaning only with these. */
const NEEDS_OBJECTIVE = ['goodput', 'slo-misses', 'slo-violation-minutes', 'recovery', 'cost-per-million']

/** Is the primary metric defined for this scenario? */
export function checkPrimary(primary: string, scenario: Scenario): Issue[] {
  const at = (message: string): Issue[] => [{ path: ['primary'], message: `found ${primary}, ${message}` }]
  const group = METRICS.find((metric) => metric.id === primary)?.group
  if (group === 'requests' && scenario.services.length === 0) return at('but there are no services; accepted: a metric of pods or nodes, or a service')
  if (NEEDS_OBJECTIVE.includes(primary) && scenario.services.every((service) => service.objective === null)) {
    return at('which needs an objective on a service; accepted: objective: 100ms on a service, or another metric')
  }
  if (primary === 'recovery' && scenario.disturbance === null) return at('which needs a disturbance; accepted: disturbance: 5m, or another metric')
  return []
}

/** An axis that no variant listens to: rounds of a packer place every pod, so the scheduler decides nothing. */
export function idleAxes(keys: readonly string[], scenarios: readonly Scenario[]): { readonly axis: number; readonly message: string }[] {
  const placedInRounds = scenarios.every(({ binpacking }) => binpacking.name !== 'none' && binpacking.seat !== 'estimator')
  if (!placedInRounds || scenarios.length === 0) return []
  const axis = keys.indexOf('scheduling')
  const message = 'found an axis that changes nothing: the packer places all pods in rounds; accepted: binpacking with seat: estimator, or none'
  return axis < 0 ? [] : [{ axis, message }]
}

/** The verdict's metric when the file names none. */
export function defaultPrimary(scenario: Scenario): string {
  if (scenario.services.some((service) => service.objective !== null)) return 'slo-misses'
  return scenario.services.length > 0 ? 'latency-p99' : 'pending-p99'
}
