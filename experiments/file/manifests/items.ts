/** The items of `services` and `background` that the workloads of manifests become. */
import { suggestion } from '../../../sim/index.ts'
import {
  PodIndex,
  selectorMatches,
  type Autoscaler,
  type Manifests,
  type ManifestService,
  type ManifestWorkload,
} from '../../../workloads/index.ts'
import { CONTAINER_KEYS } from '../resolve-containers.ts'
import { show, type Issue, type Path } from '../document.ts'
import { isMap } from '../quantities.ts'
import { admissionOfPod } from './admission.ts'
import { batchItem, OF_BATCH } from './batch.ts'
import { exposureOf } from './exposure.ts'
import { backgroundItem, serviceItem, type Bounds } from './flat.ts'
import { replicaAutoscalerOf } from './scaling.ts'
import { ManifestStorage } from './storage.ts'
import { namedServices, plain, targetOf, type NamedService } from './targets.ts'
import { NOBODY, schedulerOf, withoutScheduler } from './schedulers.ts'
import { isBatch, isOnEachNode, isRun } from './unsupported.ts'

type Raw = Record<string, unknown>

/** An item, and where its keys come from; keys without origin come from the manifest. */
export interface Item {
  readonly raw: Raw
  readonly workload: ManifestWorkload
  readonly origins: ReadonlyMap<string, Path>
}

/** What the file says of a workload, and where. */
interface Said {
  readonly keys: Raw
  readonly origins: Map<string, Path>
}

const BEHAVIOR: Path = ['workload', 'behavior']
const CLIENTS: Path = ['workload', 'clients']

/** Keys of `clients` that are keys of a service. */
const OF_CLIENT = ['traffic', 'objective', 'allowance', 'timeout', 'cancel', 'retries', 'hedge', 'networkDelay'] as const
/** Keys of `behavior` that say how requests are served. */
const SERVING = ['work', 'threads', 'queue', 'async', 'weight', 'slb', 'dns', 'objective', 'allowance']
/** Keys of `behavior` that background pods do not have. */
const OF_REQUESTS = [
  ...SERVING,
  'pull',
  'start',
  'limit',
  'probe',
  'grace',
  'preStop',
  'controller',
  'version',
  'versions',
  'budget',
  'toleration',
  'volumes',
  ...CONTAINER_KEYS,
]

export class ManifestItems {
  readonly services: Item[] = []
  readonly background: Item[] = []
  readonly batch: Item[] = []
  readonly issues: Issue[] = []
  private readonly manifests: Manifests
  private readonly schedulers: ReadonlySet<string>
  private readonly pods: PodIndex
  /** How many workloads have a name. */
  private readonly sameName = new Map<string, number>()
  private readonly named: readonly NamedService[]
  private readonly storage: ManifestStorage
  private readonly notes: string[] = []
  /** Clients by the name of their service. */
  private readonly clients = new Map<string, Said>()

  private readonly isProxied: boolean

  /** `file` has the keys of the file, `schedulers` are the names of its schedulers. */
  constructor(manifests: Manifests, workload: Raw, { file, schedulers }: { file: Raw; schedulers: ReadonlySet<string> }) {
    this.manifests = manifests
    this.schedulers = schedulers
    this.pods = new PodIndex(manifests.workloads)
    for (const { name } of manifests.workloads) this.sameName.set(name, (this.sameName.get(name) ?? 0) + 1)
    this.storage = new ManifestStorage(manifests, file['storage'])
    this.isProxied = file['kubeProxy'] !== undefined
    this.named = namedServices(manifests.services.filter(({ selector, type }) => selector !== null && type !== 'ExternalName'))
    const behaviors = this.behaviorsOf(isMap(workload['behavior']) ? workload['behavior'] : {})
    this.readClients(Array.isArray(workload['clients']) ? workload['clients'] : [])
    const served = new Set([
      ...this.clients.keys(),
      ...calledIn([...behaviors.values()].map(({ keys }) => keys['work'])),
      ...calledIn(workload['services']),
    ])
    const placed = this.addServices(served, behaviors)
    for (const one of manifests.workloads) {
      if (isBatch(one)) this.addBatch(one, behaviors.get(one))
      else if (placed.has(one) || !isRun(one)) continue
      else if (isOnEachNode(one)) this.addPerNode(one, behaviors.get(one))
      else this.addBackground(one, behaviors.get(one))
    }
  }

  /** Pods of a Service that receives requests; returns the workloads that have one. */
  private addServices(served: ReadonlySet<string>, behaviors: ReadonlyMap<ManifestWorkload, Said>): Set<ManifestWorkload> {
    const placed = new Map<ManifestWorkload, string>()
    for (const { service, name } of this.named) {
      if (!served.has(name)) continue
      const found = this.pods.withLabels(service.namespace, service.selector ?? {}).filter(isRun)
      const where = `Service ${service.namespace}/${service.name}`
      const client = this.clients.get(name)
      const [workload, ...others] = found
      if (workload === undefined) {
        this.issues.push({
          path: [`${where} spec.selector`],
          place: service.place,
          message: `found no pods that receive its requests${this.pods.near(service.namespace, service.selector ?? {})}; accepted: a selector of the labels of a Deployment, StatefulSet, ReplicaSet or Pod`,
        })
        continue
      }
      if (others.length > 0)
        this.notes.push(
          `${placeText(service.place)} ${where} spec.selector: selects the pods of ${others.map((one) => one.name).join(', ')}, too; the requests go to ${workload.name} only, since a service of a run has one workload`,
        )
      const before = placed.get(workload)
      if (before !== undefined) {
        const path = client?.origins.get('traffic')?.slice(0, -1) ?? ['workload']
        this.issues.push({
          path: path.length > 1 ? [...path, 'to'] : path,
          message: `found ${where}, whose pods are those of ${before}; accepted: requests to one of the two`,
        })
        continue
      }
      placed.set(workload, where)
      const said = behaviors.get(workload)
      const { usage: _, ...behavior } = said?.keys ?? {}
      if (behavior['work'] === undefined)
        this.notes.push(`manifests: the work of a request of ${where} is not known; 10ms of CPU on average are assumed (behavior: work)`)
      if (workload.template.init.length > 0 && behavior['initContainers'] === undefined)
        this.notes.push(
          `manifests: the time that init containers of ${where} take is not known; 0s is assumed (behavior: initContainers, whose requests the manifest has)`,
        )
      const raw = {
        ...admissionOfPod(workload, this.manifests),
        ...serviceItem(name, workload, this.boundsOf(workload), this.placed(workload, behavior)),
        ...this.storage.volumesOf(workload, behavior['volumes']),
        ...this.exposureOf(service, behavior),
        ...client?.keys,
      }
      this.services.push({ raw, workload, origins: new Map([...(said?.origins ?? []), ...(client?.origins ?? [])]) })
    }
    return new Set(placed.keys())
  }

  /** What kube-proxy reads of a Service, where there is one; else which pods besides the ready ones are its endpoints. */
  private exposureOf(service: ManifestService, behavior: Raw): Raw {
    const { dns, slb, routing } = behavior
    const isViewed = dns !== undefined || (this.isProxied && slb === undefined && routing === undefined)
    if (service.publishNotReady && isViewed)
      this.notes.push(
        `manifests: publishNotReadyAddresses of the Service ${service.namespace}/${service.name} is left out: kube-proxy and DNS know ready pods only`,
      )
    if (!isViewed) return service.publishNotReady ? { endpoints: behavior['endpoints'] ?? { notReady: true } } : {}
    if (dns !== undefined) return {}
    if (service.headless)
      this.notes.push(
        `manifests: the Service ${service.namespace}/${service.name} is headless; kube-proxy picks its pods unless its clients keep addresses from DNS (behavior: dns)`,
      )
    return { expose: exposureOf(service) }
  }

  private addBatch(workload: ManifestWorkload, said: Said | undefined): void {
    const keys = said?.keys ?? {}
    const { name, namespace } = workload
    for (const key of Object.keys(keys).filter((one) => !OF_BATCH.includes(one)))
      this.issues.push({
        path: said?.origins.get(key) ?? [...BEHAVIOR],
        onKey: true,
        message: `found ${key}, but ${namespace}/${name} is a ${workload.kind}; accepted: ${OF_BATCH.join(', ')}`,
      })
    if (keys['duration'] === undefined)
      this.notes.push(
        `manifests: how long pods of ${workload.kind} ${namespace}/${name} run is not known; 1m is assumed (behavior: duration)`,
      )
    this.batch.push({
      raw: { ...admissionOfPod(workload, this.manifests), ...batchItem(this.nameOf(workload), workload, this.placed(workload, keys)) },
      workload,
      origins: new Map(said?.origins ?? []),
    })
  }

  /** A pod on each node, whether requests reach it or not. */
  private addPerNode(workload: ManifestWorkload, said: Said | undefined): void {
    const keys = said?.keys ?? {}
    const { name, namespace } = workload
    for (const key of [...SERVING, 'usage', 'replicas'].filter((one) => keys[one] !== undefined))
      this.issues.push({
        path: said?.origins.get(key) ?? [...BEHAVIOR],
        onKey: true,
        message:
          key === 'replicas' || key === 'usage'
            ? `found ${key}, but ${namespace}/${name} has a pod on each node${key === 'usage' ? ', whose CPU is that of its requests' : ''}; accepted: none`
            : `found ${key}, but no requests reach ${namespace}/${name}; accepted: a client or a call of its Service`,
      })
    const raw = {
      ...admissionOfPod(workload, this.manifests),
      ...serviceItem(this.nameOf(workload), workload, this.boundsOf(workload), this.placed(workload, keys)),
      ...this.storage.volumesOf(workload, keys['volumes']),
    }
    this.services.push({ raw, workload, origins: new Map(said?.origins ?? []) })
  }

  /** The behavior with the scheduler that the pods name, unless it has one. */
  private placed(workload: ManifestWorkload, behavior: Raw): Raw {
    if (behavior['scheduler'] !== undefined) return behavior
    const scheduler = schedulerOf(workload, this.schedulers)
    if (scheduler === NOBODY) this.notes.push(withoutScheduler(workload, this.schedulers))
    return scheduler === undefined ? behavior : { ...behavior, scheduler }
  }

  /** The name of a workload in the results: with its namespace where two have the same. */
  private nameOf({ name, namespace }: ManifestWorkload): string {
    return plain(this.sameName.get(name) === 1 ? name : `${namespace}-${name}`)
  }

  private addBackground(workload: ManifestWorkload, said: Said | undefined): void {
    const keys = said?.keys ?? {}
    const { name, namespace } = workload
    // A client that reaches nothing is the cause, and reported.
    for (const key of this.issues.length > 0 ? [] : OF_REQUESTS.filter((one) => keys[one] !== undefined))
      this.issues.push({
        path: said?.origins.get(key) ?? [...BEHAVIOR],
        onKey: true,
        message: `found ${key}, but no requests reach ${namespace}/${name}; accepted: a client or a call of its Service, or usage`,
      })
    const replicas = Number(keys['replicas'] ?? workload.replicas ?? 1)
    if (replicas === 0) return
    const raw = backgroundItem(this.nameOf(workload), workload, this.placed(workload, keys), admissionOfPod(workload, this.manifests))
    this.background.push({
      raw,
      workload,
      origins: new Map([...(said?.origins ?? [])].map(([key, path]) => [key === 'replicas' ? 'count' : key, path])),
    })
  }

  private boundsOf(workload: ManifestWorkload): Bounds {
    const { namespace, template } = workload
    const budgets = this.manifests.budgets.filter((one) => one.namespace === namespace && selectorMatches(one.selector, template.labels))
    return { scaling: this.scalingOf(workload), budget: budgets[0] }
  }

  private scalingOf({ kind, namespace, name }: ManifestWorkload): Autoscaler | undefined {
    return this.manifests.autoscalers.find((one) => one.namespace === namespace && one.target.kind === kind && one.target.name === name)
  }

  /** What the file says of each workload: by labels first, then by name, which overrides. */
  private behaviorsOf(behavior: Raw): Map<ManifestWorkload, Said> {
    const all = new Map<ManifestWorkload, Said>()
    const { workloads } = this.manifests
    const names = workloads.map(({ namespace, name }) => `${namespace}/${name}`)
    const entries = Object.entries(behavior).sort(([a], [b]) => Number(b.includes('=')) - Number(a.includes('=')))
    for (const [key, given] of entries) {
      const found = workloads.filter((one) => isMeant(key, one))
      if (found.length === 0)
        this.issues.push({
          path: [...BEHAVIOR, key],
          onKey: true,
          message: `found ${show(key)}, which is no workload of the manifests; accepted: ${names.join(', ')}, or labels such as app=web${suggestion(key, names)}`,
        })
      if (!isMap(given)) continue
      for (const workload of found) {
        const said: Said = all.get(workload) ?? { keys: {}, origins: new Map() }
        all.set(workload, said)
        for (const [one, value] of Object.entries(given)) {
          said.keys[one] = value
          said.origins.set(one, [...BEHAVIOR, key, one])
        }
      }
    }
    return all
  }

  private readClients(clients: readonly unknown[]): void {
    clients.forEach((given, i) => {
      const to = isMap(given) ? given['to'] : undefined
      if (!isMap(given) || typeof to !== 'string') return // the schema reports it
      const target = targetOf(to, this.named, this.manifests)
      if ('wrong' in target) {
        this.issues.push({ path: [...CLIENTS, i, 'to'], message: target.wrong })
        return
      }
      const before = this.clients.get(target.name)
      if (before !== undefined) {
        this.issues.push({
          path: [...CLIENTS, i, 'to'],
          message: `found a second client of ${target.name}; accepted: one client, whose traffic may be { merge: [...] }`,
        })
        return
      }
      const keys = OF_CLIENT.filter((key) => given[key] !== undefined)
      this.clients.set(target.name, {
        keys: Object.fromEntries(keys.map((key) => [key, given[key]])),
        origins: new Map(keys.map((key) => [key, [...CLIENTS, i, key]])),
      })
    })
  }

  /** What all autoscalers of the services do, as `autoscaling.replicas`, unless the file chooses. */
  autoscaling(given: unknown): Raw {
    const replicas = replicaAutoscalerOf(this.scaled())
    if (replicas === undefined || (isMap(given) && given['replicas'] !== undefined)) return {}
    return { autoscaling: { ...(isMap(given) ? given : {}), replicas } }
  }

  private scaled(): Autoscaler[] {
    return this.services.flatMap(({ workload }) => this.scalingOf(workload) ?? [])
  }

  /** The key `storage` of the run. */
  storageKey(): Raw {
    return this.storage.key()
  }

  /** What is assumed or left out. */
  warnings(autoscaling: unknown): string[] {
    const chosen = isMap(autoscaling) && autoscaling['replicas'] !== undefined
    const scaled = this.scaled()
    const notes = [...this.notes, ...this.storage.notes]
    if (scaled.length === 0 || chosen || replicaAutoscalerOf(scaled) !== undefined) return notes
    const names = scaled.map(({ namespace, name }) => `${namespace}/${name}`).join(', ')
    return [
      ...notes,
      `manifests: the autoscalers ${names} differ, or read other metrics than CPU; nothing is scaled unless autoscaling: { replicas: … } chooses one for all`,
    ]
  }
}

const placeText = ({ file, line, column }: ManifestWorkload['place']): string => `${file}:${line}:${column}`

/** Whether a key of `behavior` means a workload: its name, with its namespace, or labels such as app=web,tier=front. */
function isMeant(key: string, { namespace, name, template }: ManifestWorkload): boolean {
  if (!key.includes('=')) return key === name || key === `${namespace}/${name}`
  return key.split(',').every((pair) => {
    const [label, value] = pair.split('=')
    return template.labels[label.trim()] === value?.trim()
  })
}

/** Names of services in the calls of any steps. */
function calledIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(calledIn)
  if (!isMap(value)) return []
  return Object.entries(value).flatMap(([key, part]) => (key === 'call' && typeof part === 'string' ? [part] : calledIn(part)))
}
