/** From namespaces and priority classes of the file to what admission reads of each pod; without any of them nothing is resolved. */
import { showCpu, showMemory, suggestion, type AdmissionSpec, type PodAdmission, type PodShape } from '../../sim/index.ts'
import type { Issue, Path } from './document.ts'
import type { Scenario } from './scenario.ts'
import type { BatchData, ScenarioData, ServiceData } from './schema.ts'
import type { AdmissionData, NamespacesData } from './schema/namespaces.ts'

type NamespaceData = NamespacesData[number]
type Amounts = Readonly<Record<string, number>>

/** What is known of a pod beside its shape. */
interface PodData extends AdmissionData {
  readonly memoryLimit: number | undefined
  /** From the begin of its termination until it counts no more, though it does not end [µs]. */
  readonly stuckAfter: number
  /** Whether the keys of the pod give its priority. */
  readonly hasPriority: boolean
  readonly namespace: string | undefined
  readonly path: Path
}

const DEFAULT_NAMESPACE = 'default'

/** The scenario with the priorities, default limits and admission of its pods. Adds an issue for each name that refers to nothing. */
export function withAdmission(scenario: Scenario, data: ScenarioData, issues: Issue[]): Scenario {
  if (data.namespaces.length + data.priorityClasses.length === 0 && !namesClass(data)) return scenario
  return new Resolution(data, issues).of(scenario)
}

const namesClass = ({ workload }: ScenarioData): boolean =>
  [...workload.services, ...workload.batch, ...workload.background.flatMap((one) => ('shapes' in one ? one.shapes : []))].some(
    ({ priorityClass }) => priorityClass !== undefined,
  )

class Resolution {
  private readonly data: ScenarioData
  private readonly issues: Issue[]
  private readonly namespaces: ReadonlyMap<string, NamespaceData>

  constructor(data: ScenarioData, issues: Issue[]) {
    this.data = data
    this.issues = issues
    this.namespaces = new Map(data.namespaces.map((one) => [one.name, one]))
    const { orchestrator = 'kubernetes', namespaces, priorityClasses } = data
    if (orchestrator !== 'kubernetes' && namespaces.length > 0)
      this.report(['namespaces'], `found namespaces, which only Kubernetes has; accepted: none with orchestrator: ${orchestrator}`)
    this.different(['namespaces'], namespaces)
    namespaces.forEach(({ quotas }, i) => this.different(['namespaces', i, 'quotas'], quotas))
    this.different(['priorityClasses'], priorityClasses)
    const defaults = priorityClasses.flatMap(({ globalDefault }, i) => (globalDefault ? [i] : []))
    if (defaults.length > 1)
      this.report(['priorityClasses', defaults[1], 'globalDefault'], 'found a second globalDefault; accepted: one class with it')
  }

  of(scenario: Scenario): Scenario {
    const { services, batch, background } = this.data.workload
    const quotas = this.data.namespaces.flatMap(({ name, quotas: own }) => own.map((quota) => ({ namespace: name, ...quota })))
    const ranged = this.data.namespaces.some(({ limitRanges }) => limitRanges.length > 0)
    const admission: AdmissionSpec = { quotas, latency: this.data.controlPlane.latency }
    const { orchestration } = scenario
    return {
      ...scenario,
      services: scenario.services.map((spec, i) => ({ ...spec, shape: this.shape(spec.shape, ofService(services[i], i)) })),
      ...(orchestration === undefined
        ? {}
        : { orchestration: { ...orchestration, workloads: (orchestration.workloads as Controlled[]).map((one) => this.versions(one)) } }),
      ...(scenario.batch === undefined
        ? {}
        : {
            batch: {
              ...scenario.batch,
              workloads: scenario.batch.workloads.map((workload, i) => ({
                ...workload,
                versions: workload.versions.map((one) => ({ ...one, shape: this.shape(one.shape, ofBatch(batch[i], i)) })),
              })),
            },
          }),
      background: scenario.background.map((spec, i) => {
        const given = background[i]
        if (spec.kind !== 'synthetic' || !('shapes' in given)) return spec
        const shapes = spec.shapes.map((one, j) => {
          const path: Path = ['workload', 'background', i, 'shapes', j]
          const { priority, namespace, priorityClass, admission: own } = given.shapes[j]
          const pod = { memoryLimit: undefined, stuckAfter: 0, hasPriority: priority !== undefined, namespace, path }
          const shape = { limit: 0, resources: {}, priority: 0, ...one } as unknown as PodShape
          const made = this.shape(shape, { ...pod, priorityClass, admission: own })
          const { priority: resolved, rules, admission: read } = made
          return {
            ...one,
            ...(resolved === 0 && one.priority === undefined ? {} : { priority: resolved }),
            ...(rules === undefined ? {} : { rules }),
            ...(read === undefined ? {} : { admission: read }),
          }
        })
        return { ...spec, shapes }
      }),
      ...(quotas.length > 0 || ranged ? { admission } : {}),
    }
  }

  private versions(workload: Controlled): Controlled {
    const given = this.data.workload.services[workload.workload]
    const versions = workload.versions.map((version, row) => {
      const memoryLimit = row === 0 ? undefined : given.versions[row - 1]?.memoryLimit
      const pod = ofService(given, workload.workload)
      // Names that refer to nothing were reported with the service.
      return { ...version, shape: this.shape(version.shape, { ...pod, memoryLimit: memoryLimit ?? pod.memoryLimit }, false) }
    })
    return { ...workload, versions }
  }

  private shape(given: PodShape, pod: PodData, reports = true): PodShape {
    const shape = this.withPriority(given, pod, reports)
    const space = this.namespaces.get(pod.namespace ?? DEFAULT_NAMESPACE)
    if (space === undefined || space.quotas.length + space.limitRanges.length === 0) return shape
    const limits = this.limitsOf(shape, pod, space)
    const limited = limits['cpu'] === undefined ? shape : { ...shape, limit: limits['cpu'] }
    return { ...limited, admission: admissionOf(limited, pod, space, limits, this.className(pod)) }
  }

  /** Limits of the pod, with those that a limit range fills in. */
  private limitsOf({ limit }: PodShape, { memoryLimit, admission }: PodData, { limitRanges }: NamespaceData): Amounts {
    const own: Record<string, number> = {
      ...(limit === 0 ? {} : { cpu: limit }),
      ...(memoryLimit === undefined ? {} : { memory: memoryLimit }),
    }
    // Those of manifests are filled in container by container, where they are read.
    if (admission !== undefined) return own
    for (const { type, default: filled, max } of limitRanges)
      if (type === 'Container') for (const [resource, amount] of Object.entries({ ...max, ...filled })) own[resource] ??= amount
    return own
  }

  private className({ priorityClass }: PodData): string {
    return priorityClass ?? this.data.priorityClasses.find(({ globalDefault }) => globalDefault)?.name ?? ''
  }

  private withPriority(shape: PodShape, pod: PodData, reports: boolean): PodShape {
    const name = this.className(pod)
    if (name === '') return shape
    const { priorityClasses } = this.data
    const found = priorityClasses.find((one) => one.name === name) ?? SYSTEM_CLASSES.find((one) => one.name === name)
    if (found === undefined) {
      const known = [...priorityClasses, ...SYSTEM_CLASSES].map((one) => one.name)
      const message = `found the unknown priority class "${name}"; accepted: ${known.join(', ')}${suggestion(name, known)}`
      if (reports) this.report([...pod.path, 'priorityClass'], message)
      return shape
    }
    if (reports && pod.hasPriority && pod.priorityClass !== undefined && shape.priority !== Math.min(found.value, 1_000_000_000))
      this.report(
        [...pod.path, 'priority'],
        `found ${shape.priority}, but the class ${name} has ${found.value}; accepted: one of the two keys`,
      )
    const never = found.preemptionPolicy === 'Never' && shape.rules?.preemptionPolicy === undefined
    return {
      ...shape,
      priority: pod.hasPriority ? shape.priority : found.value,
      ...(never ? { rules: { ...shape.rules, preemptionPolicy: 'Never' as const } } : {}),
    }
  }

  private different(path: Path, items: readonly { readonly name: string }[]): void {
    const names = items.map(({ name }) => name)
    names.forEach((name, i) => {
      if (names.indexOf(name) < i) this.report([...path, i, 'name'], `found a second "${name}"; accepted: each name once`)
    })
  }

  private report(path: Path, message: string): void {
    this.issues.push({ path, message })
  }
}

/** A workload with a controller, as far as it is read here. */
interface Controlled {
  readonly workload: number
  readonly versions: readonly { readonly shape: PodShape }[]
}

/** Classes that every cluster has. */
const SYSTEM_CLASSES = [
  { name: 'system-cluster-critical', value: 2_000_000_000, preemptionPolicy: 'PreemptLowerPriority' },
  { name: 'system-node-critical', value: 2_000_001_000, preemptionPolicy: 'PreemptLowerPriority' },
] as const

/** A pod that should have ended counts until its grace has passed twice: the time of its deletion has the grace in it. */
const ofService = ({ namespace, priority, priorityClass, admission, memoryLimit, grace }: ServiceData, i: number): PodData => ({
  ...{ namespace, priorityClass, admission, memoryLimit, stuckAfter: 2 * grace, hasPriority: priority !== undefined },
  path: ['workload', 'services', i],
})

/** The grace of a pod of a Job has passed when its termination begins. */
const ofBatch = ({ namespace, priority, priorityClass, admission, grace }: BatchData, i: number): PodData => ({
  ...{ namespace, priorityClass, admission, memoryLimit: undefined, stuckAfter: grace, hasPriority: priority !== 0 },
  path: ['workload', 'batch', i],
})

function admissionOf(shape: PodShape, pod: PodData, space: NamespaceData, limits: Amounts, priorityClass: string): PodAdmission {
  const { admission, stuckAfter } = pod
  const outside = admission?.outside ?? outsideOf(shape, limits, space)
  return {
    namespace: space.name,
    priorityClass,
    amounts: { ...Object.fromEntries(Object.entries(limits).map(([name, amount]) => [`limits.${name}`, amount])), ...admission?.amounts },
    unstated: admission?.unstated ?? ['cpu', 'memory'].filter((name) => limits[name] === undefined).map((name) => `limits.${name}`),
    bestEffort: admission?.bestEffort ?? false,
    terminating: admission?.terminating ?? false,
    crossNamespace: isCrossNamespace(shape),
    stuckAfter,
    ...(outside === undefined ? {} : { outside }),
  }
}

/** Source: Kubernetes 1.34 plugin/pkg/admission/limitranger. The pod is one container here. */
function outsideOf({ cpu, memory, resources }: PodShape, limits: Amounts, { limitRanges }: NamespaceData): string | undefined {
  const requests: Amounts = { cpu, memory, ...resources }
  const shown = (name: string, amount: number): string =>
    name === 'cpu' ? showCpu(amount) : name === 'memory' ? showMemory(amount) : String(amount)
  for (const [name, limit] of Object.entries(limits))
    if ((requests[name] ?? 0) > limit)
      return `it requests ${shown(name, requests[name])} ${name}, more than its limit ${shown(name, limit)}`
  for (const { min, max, maxLimitRequestRatio } of limitRanges) {
    for (const [name, least] of Object.entries(min))
      if ((requests[name] ?? 0) < least)
        return `it requests ${shown(name, requests[name] ?? 0)} ${name}, less than the min ${shown(name, least)}`
    for (const [name, most] of Object.entries(max)) {
      if (limits[name] === undefined) return `it has no ${name} limit, with a max`
      if (limits[name] > most) return `it has a ${name} limit of ${shown(name, limits[name])}, more than the max ${shown(name, most)}`
    }
    for (const [name, most] of Object.entries(maxLimitRequestRatio))
      if ((limits[name] ?? 0) > most * (requests[name] ?? 0)) return `it has a ${name} limit more than ${most} times its request`
  }
  return undefined
}

function isCrossNamespace({ rules }: PodShape): boolean {
  const both = [rules?.affinity?.podAffinity, rules?.affinity?.podAntiAffinity]
  const terms = both.flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ])
  return terms.some(({ namespaces, namespaceSelector }) => (namespaces ?? []).length > 0 || (namespaceSelector ?? null) !== null)
}
