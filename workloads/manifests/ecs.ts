/**
 * Services and task definitions of Amazon ECS, as the input of create-service and register-task-definition, or the output of
 * describe-services and describe-task-definition. Defaults: Amazon ECS API reference.
 */
import { UnitError } from '../../sim/index.ts'
import { DEFAULT_NAMESPACE, SECOND } from './defaults.ts'
import type { Drafts } from './drafts.ts'
import { NO_EFFECT, READ, uses, type Fields } from './fields.ts'
import { amounts, foreignContainer, foreignService, foreignTemplate } from './foreign.ts'
import type { Container, EcsController, Named, Probe, ServicePort } from './model.ts'
import type { Part } from './part.ts'

interface Service {
  readonly serviceName?: string
  readonly cluster?: string
  readonly clusterArn?: string
  readonly taskDefinition?: string
  readonly desiredCount?: number
  readonly launchType?: string
  readonly schedulingStrategy?: string
  readonly deploymentConfiguration?: {
    readonly minimumHealthyPercent?: number
    readonly maximumPercent?: number
    readonly deploymentCircuitBreaker?: { readonly enable?: boolean; readonly rollback?: boolean }
  }
  readonly healthCheckGracePeriodSeconds?: number
  readonly loadBalancers?: readonly { readonly containerName?: string; readonly containerPort?: number }[]
  readonly placementConstraints?: readonly { readonly type?: string; readonly expression?: string }[]
  readonly placementStrategy?: readonly { readonly type?: string; readonly field?: string }[]
}

interface TaskDefinition {
  readonly family?: string
  readonly revision?: number
  readonly cpu?: string | number
  readonly memory?: string | number
  readonly containerDefinitions?: readonly ContainerDefinition[]
  readonly networkMode?: string
}

interface ContainerDefinition {
  readonly name?: string
  readonly image?: string
  readonly cpu?: number
  readonly memory?: number
  readonly memoryReservation?: number
  readonly portMappings?: readonly {
    readonly containerPort?: number
    readonly hostPort?: number
    readonly protocol?: string
    readonly name?: string
  }[]
  readonly healthCheck?: {
    readonly interval?: number
    readonly timeout?: number
    readonly retries?: number
    readonly startPeriod?: number
    readonly command?: unknown
  }
  readonly stopTimeout?: number
  readonly resourceRequirements?: readonly { readonly type?: string; readonly value?: string }[]
  readonly dependsOn?: unknown
  readonly essential?: boolean
}

/** What the command line reads or prints. */
interface Document extends Service, TaskDefinition {
  readonly services?: readonly Service[]
  readonly service?: Service
  readonly taskDefinitions?: readonly TaskDefinition[]
}

/** Parts that are put together when all files were read. */
export interface EcsParts {
  readonly services: Part<Service>[]
  readonly tasks: Part<TaskDefinition>[]
}

const nested = (root: Part): Part<Document> => root.as<Document>()

/** Whether a document is of ECS. */
export function isEcs(root: Part): boolean {
  const found = nested(root)
  if (root.has('apiVersion') || root.has('kind')) return false
  return (
    !found.at('containerDefinitions').missing ||
    found.at('taskDefinition').isMap ||
    (!found.at('serviceName').missing && !found.at('taskDefinition').missing) ||
    found.at('services').isList ||
    found.at('service').isMap
  )
}

/** Collects the services and task definitions of a document. */
export function collectEcs(root: Part, parts: EcsParts): void {
  const document = nested(root)
  Object.assign(root.reading, { kind: 'EcsService', object: '' })
  if (document.at('services').isList)
    parts.services.push(
      ...document
        .at('services')
        .items()
        .map((item) => item.rooted()),
    )
  if (document.at('service').isMap) parts.services.push(document.at('service').as<Service>().rooted())
  if (!document.at('serviceName').missing) parts.services.push(document)
  if (document.at('taskDefinition').isMap) parts.tasks.push(document.at('taskDefinition').as<TaskDefinition>().rooted())
  if (!document.at('containerDefinitions').missing) parts.tasks.push(document)
}

/** `web`, `web:3`, or an ARN that ends in it. */
const lastOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1)
const familyOf = (name: string): string => lastOf(name).split(':')[0]
const revisionOf = (name: string): number => Number(lastOf(name).split(':')[1] ?? NaN)

/** Puts services and task definitions together. */
export function readEcs({ services, tasks }: EcsParts, drafts: Drafts): void {
  const used = new Set<Part>()
  for (const part of services) {
    const name = part.at('serviceName').text() ?? ''
    const cluster = part.at('cluster').text() ?? part.at('clusterArn').text() ?? DEFAULT_NAMESPACE
    const named: Named = { kind: 'EcsService', namespace: lastOf(cluster), name, labels: {}, place: part.place, source: '' }
    Object.assign(part.reading, { kind: 'EcsService', object: `EcsService ${named.namespace}/${name}` })
    if (name === '') part.at('serviceName').refuse('a name')
    part.only(SERVICE)
    const wanted = part.at('taskDefinition').text() ?? ''
    const family = tasks.filter((task) => task.at('family').text() === familyOf(wanted))
    const task = family.find((one) => one.at('revision').scalar === revisionOf(wanted)) ?? family.at(-1)
    if (task === undefined) {
      const known = tasks.flatMap((one) => one.at('family').text() ?? [])
      part.at('taskDefinition').refuse(`a task definition of the files: ${known.length === 0 ? 'none was found' : known.join(', ')}`)
      continue
    }
    used.add(task)
    addService(named, part, task, drafts)
  }
  for (const task of tasks)
    if (!used.has(task)) {
      task.reading.kind = 'TaskDefinition'
      task.ignore('no service of the files runs its tasks')
    }
}

const SERVICE: Fields<Service> = {
  ...uses(READ, 'cluster', 'clusterArn', 'deploymentConfiguration', 'desiredCount', 'healthCheckGracePeriodSeconds', 'launchType'),
  ...uses(READ, 'loadBalancers', 'placementConstraints', 'placementStrategy', 'schedulingStrategy', 'serviceName', 'taskDefinition'),
  ...uses(
    NO_EFFECT,
    ...[
      'clientToken',
      'createdAt',
      'createdBy',
      'deploymentController',
      'deployments',
      'enableECSManagedTags',
      'enableExecuteCommand',
      'events',
    ],
    ...['networkConfiguration', 'pendingCount', 'platformFamily', 'platformVersion', 'propagateTags', 'role', 'roleArn', 'runningCount'],
    ...['serviceArn', 'serviceRegistries', 'status', 'tags', 'availabilityZoneRebalancing', 'family', 'containerDefinitions', 'revision'],
  ),
  ...uses('capacity providers choose and add nodes', 'capacityProviderStrategy'),
  ...uses('other services reach the tasks by it', 'serviceConnectConfiguration'),
  ...uses('volumes that are made with the tasks', 'volumeConfigurations'),
}

const LABEL = 'ecs.service'

function addService(named: Named, part: Part<Service>, task: Part<TaskDefinition>, drafts: Drafts): void {
  const scheduling = part.at('schedulingStrategy').oneOf(['REPLICA', 'DAEMON']) ?? 'REPLICA'
  const daemon = scheduling === 'DAEMON'
  const given = part.at('deploymentConfiguration')
  const breaker = given.at('deploymentCircuitBreaker')
  const controller: EcsController = {
    kind: 'EcsService',
    launchType: part.at('launchType').oneOf(['EC2', 'FARGATE', 'EXTERNAL']) ?? 'EC2',
    scheduling,
    minimumHealthyPercent: given.at('minimumHealthyPercent').whole() ?? (daemon ? 0 : 100),
    maximumPercent: given.at('maximumPercent').whole() ?? (daemon ? 100 : 200),
    circuitBreaker: { enable: breaker.at('enable').flag() ?? false, rollback: breaker.at('rollback').flag() ?? false },
    loadBalanced: part.at('loadBalancers').items().length > 0,
    healthCheckGrace: part.at('healthCheckGracePeriodSeconds').seconds() ?? 0,
    placementConstraints: part
      .at('placementConstraints')
      .items()
      .map((item) => ({ type: item.at('type').text() ?? '', expression: item.at('expression').text() ?? '' })),
    placementStrategy: part
      .at('placementStrategy')
      .items()
      .map((item) => ({ type: item.at('type').text() ?? '', field: item.at('field').text() ?? '' })),
  }
  const { minimumHealthyPercent: least, maximumPercent: most } = controller
  const desired = daemon ? null : (part.at('desiredCount').whole() ?? 1)
  if (desired !== null && Math.ceil((desired * least) / 100) >= Math.floor((desired * most) / 100) && desired > 0)
    given.warn(
      `found minimumHealthyPercent ${least} and maximumPercent ${most}, which for ${desired} tasks allow neither to start nor to stop one; a deployment never ends`,
    )
  const containers = task.at('containerDefinitions').items().map(containerOf)
  const whole = amounts({ cpu: task.at('cpu').quantity(readCpuUnits), memory: task.at('memory').quantity(readMemoryMib) })
  const labels = { [LABEL]: named.name }
  const stops = task
    .at('containerDefinitions')
    .items()
    .map((item) => item.at('stopTimeout').seconds() ?? 30 * SECOND)
  drafts.workloads.push({
    ...named,
    orchestrator: 'ecs',
    replicas: desired,
    selector: null,
    template: foreignTemplate({
      labels,
      containers,
      own: { requests: whole, limits: whole },
      grace: Math.max(...stops, 0),
      hostNetwork: task.at('networkMode').text() === 'host',
    }),
    controller,
  })
  const ports = servicePorts(part, containers)
  if (ports.length > 0) drafts.services.push(foreignService({ ...named, kind: 'Service' }, labels, ports))
}

/** Ports of the load balancers, or those of the containers without one. */
function servicePorts(part: Part<Service>, containers: readonly Container[]): ServicePort[] {
  const balanced = part
    .at('loadBalancers')
    .items()
    .map((item): ServicePort => {
      const port = item.at('containerPort').whole({ min: 1, max: 65_535 }) ?? 1
      return { name: '', port, targetPort: port, protocol: 'TCP', nodePort: 0, place: item.place }
    })
  if (balanced.length > 0) return balanced
  return containers.flatMap(({ ports }) =>
    ports.map(({ name, port, protocol, place }) => ({ name, port, targetPort: port, protocol, nodePort: 0, place })),
  )
}

const CONTAINER: Fields<ContainerDefinition> = {
  ...uses(
    READ,
    'cpu',
    'healthCheck',
    'image',
    'memory',
    'memoryReservation',
    'name',
    'portMappings',
    'resourceRequirements',
    'stopTimeout',
  ),
  essential: NO_EFFECT,
  dependsOn: 'containers wait for each other at the start',
  ...uses(
    NO_EFFECT,
    ...[
      'command',
      'disableNetworking',
      'dnsSearchDomains',
      'dnsServers',
      'dockerLabels',
      'dockerSecurityOptions',
      'entryPoint',
      'environment',
    ],
    ...[
      'environmentFiles',
      'extraHosts',
      'firelensConfiguration',
      'hostname',
      'interactive',
      'links',
      'linuxParameters',
      'logConfiguration',
    ],
    ...[
      'mountPoints',
      'privileged',
      'pseudoTerminal',
      'readonlyRootFilesystem',
      'repositoryCredentials',
      'secrets',
      'systemControls',
      'ulimits',
    ],
    ...['user', 'volumesFrom', 'workingDirectory', 'versionConsistency'],
  ),
  ...uses('a container that ends is restarted in its task', 'restartPolicy'),
  ...uses('the container may wait this time for others', 'startTimeout'),
}

function containerOf(part: Part<ContainerDefinition>): Container {
  part.only(CONTAINER)
  const hard = part.at('memory').quantity(readMemoryMib)
  const soft = part.at('memoryReservation').quantity(readMemoryMib)
  const gpus = part
    .at('resourceRequirements')
    .items()
    .filter((item) => item.at('type').scalar === 'GPU')
  const health = healthOf(part)
  return foreignContainer({
    name: part.at('name').text() ?? '',
    image: part.at('image').text() ?? '',
    place: part.place,
    requests: amounts({
      cpu: part.at('cpu').quantity(readCpuUnits),
      memory: soft ?? hard,
      gpu: gpus.reduce((sum, item) => sum + Number(item.at('value').scalar ?? 0), 0),
    }),
    limits: amounts({ memory: hard }),
    ports: part
      .at('portMappings')
      .items()
      .map((item) => ({
        name: item.at('name').text() ?? '',
        port: item.at('containerPort').whole({ min: 1, max: 65_535 }) ?? 1,
        protocol: (item.at('protocol').text() ?? 'tcp').toUpperCase(),
        hostPort: item.at('hostPort').whole({ max: 65_535 }) ?? 0,
        place: item.place,
      })),
    readiness: health,
    liveness: health,
  })
}

function healthOf(container: Part<ContainerDefinition>): Probe | null {
  const part = container.at('healthCheck')
  if (part.missing) return null
  return {
    action: 'exec',
    initialDelay: part.at('startPeriod').seconds() ?? 0,
    period: part.at('interval').seconds({ min: 5, max: 300 }) ?? 30 * SECOND,
    timeout: part.at('timeout').seconds({ min: 2, max: 60 }) ?? 5 * SECOND,
    successThreshold: 1,
    failureThreshold: part.at('retries').whole({ min: 1, max: 10 }) ?? 3,
    grace: null,
  }
}

/** 1,024 units, or `1 vCPU`, are a core [millicores, rounded up]. */
export function readCpuUnits(value: unknown): number {
  const parts = /^(\d+(?:\.\d+)?)\s*(vcpu)?$/i.exec(String(value))
  if (parts === null) throw new UnitError(`found ${JSON.stringify(value)}; accepted: CPU units such as 512, or vCPUs such as 0.5 vCPU`)
  return Math.ceil(parts[2] === undefined ? (Number(parts[1]) * 1000) / 1024 : Number(parts[1]) * 1000)
}

/** Mebibytes, or `1 GB` [bytes]. */
export function readMemoryMib(value: unknown): number {
  const parts = /^(\d+(?:\.\d+)?)\s*(gb)?$/i.exec(String(value))
  if (parts === null) throw new UnitError(`found ${JSON.stringify(value)}; accepted: MiB such as 512, or GB such as 1 GB`)
  return Math.ceil(Number(parts[1]) * (parts[2] === undefined ? 1 : 1024)) * 1_048_576
}
