/**
 * From controllers, versions, budgets, actions and faults of the file to those of a run. Without any of them nothing is resolved, and the
 * services are kept by plain replica sets; with actions or faults each service that names no controller has a Deployment with its defaults.
 */
import { suggestion, type Action, type ControlledWorkload, type ControllerSpec, type Fault, type NodeSelection } from '../../sim/index.ts'
import type { DistributionSpec } from '../../sim/random/index.ts'
import type { Issue, Path } from './document.ts'
import { KINDS_OF } from './orchestrator-defaults.ts'
import { containerBehavior, hasContainerKeys, requestsOfPod } from './resolve-containers.ts'
import type { OrchestrationSpec } from './orchestration-spec.ts'
import type { ServiceSpec } from './scenario.ts'
import type { BatchData, ScenarioData, ServiceData } from './schema.ts'
import type { ActionData } from './schema/actions.ts'
import { AppliedVersions } from './applied-versions.ts'
import { resolveImages } from './resolve-images.ts'
import { checkEviction, checkRegistryOutages, withImageRule, type JsonVersion } from './resolve-kubelets.ts'
import { resolveStateful } from './resolve-stateful.ts'
import { resolveStorage } from './resolve-storage.ts'
import { controller, type ControllerData, type VersionData } from './schema/controllers.ts'
import type { FaultData } from './schema/faults.ts'
import type { NodesData } from './schema/scripted.ts'

/** What the file says, or undefined when it says nothing of controllers, actions and faults. Adds an issue for each name that refers to nothing. */
export function resolveOrchestration(data: ScenarioData, services: readonly ServiceSpec[], issues: Issue[]): OrchestrationSpec | undefined {
  const given = data.workload.services
  const scripted = data.actions.length + data.faults.length > 0
  checkEviction(data, issues)
  if (!scripted && given.every((service) => !isControlled(service))) {
    resolveImages(data, issues, [])
    if (data.events > 0)
      issues.push({
        path: ['events'],
        message: 'found events without a controller, an action or a fault, of which there are none; accepted: a service with controller',
      })
    return undefined
  }
  const { orchestrator = 'kubernetes', eviction } = data
  const names = new Names(data, issues)
  given.forEach((service, i) => names.checkService(service, i))
  const storage = resolveStorage(data, issues)
  const stateful = resolveStateful(given, issues)
  const actions = data.actions.flatMap((action, i) => names.action(action, ['actions', i]))
  const workloads = given.flatMap((service, workload) =>
    scripted || isControlled(service) ? [controlled(service, services[workload], workload, names.applied.versionsOf(service))] : [],
  )
  const images = resolveImages(
    data,
    issues,
    workloads.flatMap(({ versions }) => versions.flatMap(({ image }) => image ?? [])),
  )
  checkRegistryOutages(data, images !== undefined, issues)
  return {
    ...(storage === undefined ? {} : { storage }),
    ...(stateful === undefined ? {} : { stateful }),
    ...(images === undefined ? {} : { images }),
    ...(eviction === undefined ? {} : { eviction: { ...eviction, soft: eviction.soft ?? 0 } }),
    ...(data.events === 0 ? {} : { events: data.events }),
    workloads,
    actions,
    faults: data.faults.map((fault, i) => names.fault(fault, ['faults', i])),
    latency: data.controlPlane.latency,
    nodeGrace: data.controlPlane.nodeGrace,
    ...(orchestrator === 'kubernetes' ? {} : { orchestrator }),
  }
}

const isControlled = (service: ServiceData): boolean => {
  const { controller: one, versions, budget, toleration, volumes, store, database } = service
  return (
    [one, volumes, budget, toleration, store, database].some((key) => key !== undefined) || versions.length > 0 || hasContainerKeys(service)
  )
}

function controlled(
  given: ServiceData,
  service: ServiceSpec,
  workload: number,
  versions: readonly VersionData[],
): Record<string, unknown> & { readonly versions: readonly JsonVersion[] } {
  const first: JsonVersion = {
    name: given.version,
    shape: service.shape,
    pull: given.pull,
    start: given.start,
    ready: true,
    crashAfter: null,
    slowness: 1,
    errors: 0,
    ...containerBehavior(given, { service: given.name, version: given.version }),
  }
  const others = versions.map(
    ({ cpu, memory, limit, name, pull, start, ready, crashAfter, slowness, errors, pullFails, ...own }): JsonVersion => ({
      name,
      shape: {
        ...service.shape,
        ...requestsOfPod({ cpu: cpu ?? given.cpu, memory: memory ?? given.memory }, own.initContainers ?? given.initContainers),
        limit: limit ?? service.shape.limit,
      },
      pull: pull ?? given.pull,
      start: start ?? given.start,
      ready,
      crashAfter: crashAfter ?? null,
      slowness,
      errors,
      ...(pullFails ? { pullFails } : {}),
      ...containerBehavior({ ...given, ...own }, { service: given.name, version: name }),
    }),
  )
  return {
    workload,
    controller: controllerOf(given.controller ?? controller.parse('deployment')),
    versions: [first, ...others].map(withImageRule),
    ...(given.budget === undefined ? {} : { budget: given.budget }),
    toleration: given.toleration ?? DEFAULT_TOLERATION,
  } satisfies Json<Omit<ControlledWorkload, 'budget' | 'controller' | 'versions'>> & Record<string, unknown>
}

/** Seconds for which admission lets pods tolerate an unhealthy node [µs]. */
const DEFAULT_TOLERATION = 300e6

type Json<T> = { readonly [K in keyof T]: T[K] | null }

/** The controller of a run. */
export function controllerOf(data: ControllerData): Json<ControllerSpec> {
  if (data.kind !== 'deployment') return data as Json<ControllerSpec>
  const { strategy, maxSurge, maxUnavailable, ...rest } = data
  return {
    ...rest,
    strategy: strategy === 'recreate' ? { type: 'Recreate' } : { type: 'RollingUpdate', maxSurge, maxUnavailable },
  } as Json<ControllerSpec>
}

/** Faults that last until the horizon when nothing says otherwise. */
const LASTING: ReadonlySet<FaultData['kind']> = new Set([
  'node-crash',
  'node-partition',
  'node-freeze',
  'node-slow',
  'node-network',
  'no-capacity',
  'api-server-slow',
  'api-server-load',
])

/** A constant duration as its value. */
const inShort = (duration: DistributionSpec): number | DistributionSpec => (duration.kind === 'constant' ? duration.value : duration)

const orchestratorOf = (kind: string): string => Object.entries(KINDS_OF).find(([, kinds]) => kinds.includes(kind))?.[0] ?? 'kubernetes'

/** Whether the controller keeps one pod per node. */
export const isPerNode = (given: ControllerData): boolean =>
  given.kind === 'daemon-set' ||
  (given.kind === 'swarm-service' && given.mode === 'global') ||
  (given.kind === 'ecs-service' && given.scheduling === 'DAEMON')

/** Why services with one pod per node are not scaled, by their controller. */
const PER_NODE: Partial<Record<ControllerData['kind'], string>> = {
  'daemon-set': 'found a DaemonSet, which has a pod on each node; accepted: a Deployment or a StatefulSet',
  'swarm-service': 'found a global service, which has a task on each node; accepted: mode: replicated',
  'ecs-service': 'found a DAEMON service, which has a task on each instance; accepted: schedulingStrategy: REPLICA',
}

/** An action on something with a name. */
type Named = Exclude<ActionData, { nodes: NodesData }> & { readonly service: string }

/** Actions that other orchestrators do not have. */
const OF_KUBERNETES: ReadonlySet<ActionData['kind']> = new Set(['delete', 'taint', 'untaint'])

const ownLabels = ({ labels, name }: ServiceData): Readonly<Record<string, string>> => ({ ...labels, service: name })

/** Names that actions and faults use. */
class Names {
  readonly applied = new AppliedVersions()
  private readonly data: ScenarioData
  private readonly issues: Issue[]

  constructor(data: ScenarioData, issues: Issue[]) {
    this.data = data
    this.issues = issues
  }

  /** Versions of one service need different names. */
  checkService(given: ServiceData, i: number): void {
    const { version, versions, controller: one, budget, toleration, memoryUse, memoryLimit, initContainers } = given
    const { orchestrator = 'kubernetes' } = this.data
    const accepted = KINDS_OF[orchestrator]
    if (one !== undefined && !accepted.includes(one.kind))
      this.report(
        ['workload', 'services', i, 'controller'],
        `found a ${one.kind}, which ${orchestrator} does not have; accepted: ${accepted.join(', ')}, or orchestrator: ${orchestratorOf(one.kind)}`,
      )
    const init = initContainers ?? versions.find((other) => other.initContainers !== undefined)?.initContainers
    for (const [key, value] of Object.entries({ budget, toleration, initContainers: init }))
      if (orchestrator !== 'kubernetes' && value !== undefined)
        this.report(
          ['workload', 'services', i, key],
          `found ${key === 'initContainers' ? '' : 'a '}${key}, which only Kubernetes has; accepted: none with orchestrator: ${orchestrator}`,
        )
    if (
      this.data.eviction === undefined &&
      memoryUse !== undefined &&
      memoryLimit === undefined &&
      versions.every((other) => other.memoryLimit === undefined)
    )
      this.report(
        ['workload', 'services', i, 'memoryUse'],
        'found memoryUse without memoryLimit, which would change nothing; accepted: both, or eviction',
      )
    const names = initContainers?.map(({ name }) => name) ?? []
    const twice = names.findIndex((name, j) => names.indexOf(name) < j)
    if (twice >= 0)
      this.report(
        ['workload', 'services', i, 'initContainers', twice, 'name'],
        `found a second init container "${names[twice]}"; accepted: each name once in a pod`,
      )
    const seen = new Set([version])
    versions.forEach(({ name }, j) => {
      if (seen.has(name))
        this.report(
          ['workload', 'services', i, 'versions', j, 'name'],
          `found a second version "${name}"; accepted: each name once (the pods of the start run ${version})`,
        )
      seen.add(name)
    })
    const isZero = (value: number | string): boolean => value === 0 || value === '0%'
    if (
      one !== undefined &&
      one.kind === 'deployment' &&
      one.strategy === 'rolling-update' &&
      isZero(one.maxSurge) &&
      isZero(one.maxUnavailable)
    )
      this.report(
        ['workload', 'services', i, 'controller', 'deployment', 'maxUnavailable'],
        'found 0 for maxSurge and maxUnavailable, with which a rollout could not move; accepted: one of them above 0',
      )
  }

  /** The actions of a run that the file's action means: one for each service that it concerns. */
  action(action: ActionData, path: Path): Json<Action>[] {
    const { orchestrator = 'kubernetes' } = this.data
    if (orchestrator !== 'kubernetes' && OF_KUBERNETES.has(action.kind))
      this.report(
        [...path, action.kind],
        `found ${action.kind}, which only Kubernetes has; accepted with orchestrator: ${orchestrator}: drain, cordon, uncordon, label, rollout, apply, scale, restart, undo, deletePods`,
      )
    if (action.kind !== 'delete-pods' || typeof action.service === 'string') return [this.oneAction(action, path)]
    const { service: labels, ...rest } = action
    const { services } = this.data.workload
    const found = services.filter((one) => Object.entries(labels).every(([key, value]) => ownLabels(one)[key] === value))
    if (found.length === 0)
      this.report(
        [...path, 'deletePods'],
        `found labels that no pods have; accepted: ${[...new Set(services.flatMap((one) => Object.entries(ownLabels(one)).map((pair) => pair.join(': '))))].join(', ')}`,
      )
    return found.map(({ name }) => this.oneAction({ ...rest, service: name }, path))
  }

  private oneAction(action: ActionData, path: Path): Json<Action> {
    if ('nodes' in action)
      return {
        ...action,
        nodes: this.nodes(action.nodes, [...path, action.kind === 'out-of-service' ? 'outOfService' : action.kind]),
      } as unknown as Json<Action>
    if (typeof action.service !== 'string') throw new Error('labels are resolved before')
    const named = action as Named
    const { service, ...rest } = named
    const batch = this.data.workload.batch.findIndex((one) => one.name === service)
    if (batch >= 0 || action.kind === 'suspend' || action.kind === 'trigger') return this.batchAction(named, batch, path)
    const key = action.kind === 'set-version' ? 'rollout' : action.kind === 'delete-pods' ? 'deletePods' : action.kind
    const workload = this.service(service, [...path, key])
    this.refuseDaemon(action.kind === 'apply' && action.replicas !== undefined ? 'scale' : action.kind, workload, [...path, key])
    if (rest.kind === 'apply') {
      const { template, ...others } = rest
      const base = typeof template['version'] === 'string' ? this.version(template['version'], workload, [...path, 'version']) : 0
      const owner = this.data.workload.services[workload]
      if (owner === undefined) return { ...others, workload }
      const changed = Object.keys(template).length > 0
      return { ...others, workload, ...(changed ? { version: this.applied.add(owner, base, template) } : {}) } as Json<Action>
    }
    if (rest.kind === 'delete-pods' && rest.version !== undefined)
      return { ...rest, workload, version: this.version(rest.version, workload, [...path, 'version']) }
    if (rest.kind !== 'set-version') return { ...rest, workload } as Json<Action>
    return {
      kind: 'set-version',
      at: rest.at,
      workload,
      version: this.version(rest.version, workload, [...path, 'version']),
    } as Json<Action>
  }

  private batchAction(action: Named, batch: number, path: Path): Json<Action> {
    const { at, kind, service } = action
    const entry = this.data.workload.batch[batch] as BatchData | undefined
    const key = kind === 'set-version' ? 'rollout' : kind === 'delete-pods' ? 'deletePods' : kind
    if (entry === undefined) {
      const known = this.data.workload.batch.map((one) => one.name)
      return { at, kind: 'suspend', batch: this.row(service, known, 'Job or CronJob', [...path, key]) }
    }
    const isJob = entry.controller.kind === 'job'
    switch (kind) {
      case 'suspend':
      case 'resume':
        return { at, kind, batch }
      case 'trigger':
        if (isJob) this.report([...path, key], `found the Job ${service}, which runs once; accepted: a CronJob`)
        return { at, kind, batch }
      case 'scale':
        if (!isJob) this.report([...path, key], `found the CronJob ${service}, which has no pods of its own; accepted: a service or a Job`)
        return { at, kind: 'parallelism', batch, replicas: action.replicas }
      case 'set-version': {
        if (isJob) this.report([...path, key], `found the Job ${service}, whose template cannot change; accepted: a service or a CronJob`)
        const names = [entry.version, ...entry.versions.map(({ name }) => name)]
        return { at, kind: 'template', batch, version: this.row(action.version, names, `version of ${service}`, [...path, 'version']) }
      }
      default:
        this.report([...path, key], `found ${service}, a ${isJob ? 'Job' : 'CronJob'}; accepted: a service`)
        return { at, kind: 'suspend', batch }
    }
  }

  fault({ key, ...fault }: FaultData, path: Path): Json<Fault> {
    const lasting = 'duration' in fault ? { duration: inShort(fault.duration!) } : LASTING.has(fault.kind) ? { duration: null } : {}
    if ('nodes' in fault) {
      const nodes = key === 'zoneOutage' ? this.nodes(fault.nodes, path, key) : this.nodes(fault.nodes, [...path, key])
      return { ...fault, ...lasting, nodes } as unknown as Json<Fault>
    }
    if (!('service' in fault) && fault.kind !== 'no-capacity') return { ...fault, ...lasting } as unknown as Json<Fault>
    if (fault.kind === 'no-capacity') {
      const { pool, ...rest } = fault
      return { ...rest, ...lasting, ...(pool === null ? {} : { pool: this.pool(pool, [...path, key]) }) } as unknown as Json<Fault>
    }
    const { service, ...rest } = fault
    return { ...rest, workload: this.service(service, [...path, key]) } as unknown as Json<Fault>
  }

  private refuseDaemon(kind: ActionData['kind'], workload: number, path: Path): void {
    const given = this.data.workload.services[workload]?.controller
    const found = given?.kind
    if (given !== undefined && isPerNode(given) && kind === 'scale') this.report(path, PER_NODE[given.kind]!)
    if (found !== undefined && found !== 'deployment' && (kind === 'pause' || kind === 'resume'))
      this.report(path, `found a ${found}, which cannot be paused; accepted: a Deployment`)
  }

  private service(name: string, path: Path): number {
    return this.row(
      name,
      this.data.workload.services.map((one) => one.name),
      'service',
      path,
    )
  }

  private version(name: string, workload: number, path: Path): number {
    const service = this.data.workload.services[workload]
    if (service === undefined) return 0
    return this.row(name, [service.version, ...service.versions.map((one) => one.name)], `version of ${service.name}`, path)
  }

  /** @param zoneKey the key under which the zone is given */
  private nodes({ pool, zone, labels, nodes }: NodesData, path: Path, zoneKey = 'zone'): Json<NodeSelection> {
    const { pools } = this.data.cluster
    const zones = [...new Set(pools.flatMap((one) => ('zones' in one ? one.zones : [])))]
    if (zone !== undefined && !zones.includes(zone) && pools.every((one) => !('trace' in one || 'snapshot' in one)))
      this.report([...path, zoneKey], `found the unknown zone "${zone}"; accepted: ${zones.join(', ')}${suggestion(zone, zones)}`)
    return {
      ...(pool === undefined ? {} : { pool: this.pool(pool, [...path, 'pool']) }),
      ...(zone === undefined ? {} : { zone }),
      ...(labels === undefined ? {} : { labels }),
      count: nodes,
    }
  }

  private pool(name: string, path: Path): number {
    return this.row(
      name,
      this.data.cluster.pools.map((one) => one.name),
      'pool',
      path,
    )
  }

  private row(name: string, known: readonly string[], what: string, path: Path): number {
    const row = known.indexOf(name)
    if (row < 0)
      this.report(
        path,
        `found the unknown ${what} "${name}"; accepted: ${known.length === 0 ? `none, because there is no ${what}` : known.join(', ')}${suggestion(name, known)}`,
      )
    return row
  }

  private report(path: Path, message: string): void {
    this.issues.push({ path, message })
  }
}
