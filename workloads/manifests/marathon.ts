/** Apps of Marathon, alone, in lists, and in groups. Defaults: Marathon 1.11, docs/docs/rest-api/public/api/v2/types (RAML). */
import { readCpuUp } from '../../sim/index.ts'
import { DEFAULT_NAMESPACE, SECOND } from './defaults.ts'
import type { Drafts } from './drafts.ts'
import { NO_EFFECT, READ, uses, type Fields } from './fields.ts'
import { amounts, foreignContainer, foreignService, foreignTemplate } from './foreign.ts'
import type { MarathonController, Named, Probe, ServicePort } from './model.ts'
import type { Part } from './part.ts'

/** An app, as far as it is read. */
interface App {
  readonly id?: string
  readonly instances?: number
  readonly cpus?: number
  readonly mem?: number
  readonly disk?: number
  readonly gpus?: number
  readonly cmd?: string
  readonly container?: {
    readonly type?: string
    readonly docker?: { readonly image?: string; readonly portMappings?: readonly PortMapping[] }
    readonly portMappings?: readonly PortMapping[]
    readonly volumes?: readonly { readonly persistent?: unknown }[]
  }
  readonly portDefinitions?: readonly { readonly port?: number; readonly name?: string; readonly protocol?: string }[]
  readonly healthChecks?: readonly HealthCheck[]
  readonly upgradeStrategy?: { readonly minimumHealthCapacity?: number; readonly maximumOverCapacity?: number }
  readonly backoffSeconds?: number
  readonly backoffFactor?: number
  readonly maxLaunchDelaySeconds?: number
  readonly unreachableStrategy?: { readonly inactiveAfterSeconds?: number; readonly expungeAfterSeconds?: number } | string
  readonly killSelection?: string
  readonly taskKillGracePeriodSeconds?: number
  readonly constraints?: readonly (readonly string[])[]
  readonly dependencies?: readonly string[]
  readonly residency?: unknown
}

interface PortMapping {
  readonly containerPort?: number
  readonly servicePort?: number
  readonly hostPort?: number
  readonly name?: string
  readonly protocol?: string
}

interface HealthCheck {
  readonly protocol?: string
  readonly gracePeriodSeconds?: number
  readonly intervalSeconds?: number
  readonly timeoutSeconds?: number
  readonly maxConsecutiveFailures?: number
  readonly delaySeconds?: number
}

/** A group of apps, or what GET /v2/apps returns. */
interface Group {
  readonly id?: string
  readonly apps?: readonly App[]
  readonly groups?: readonly Group[]
}

const APP: Fields<App> = uses(
  READ,
  ...([
    'backoffFactor',
    'backoffSeconds',
    'cmd',
    'constraints',
    'container',
    'cpus',
    'dependencies',
    'disk',
    'gpus',
    'healthChecks',
    'id',
  ] as const),
  ...([
    'instances',
    'killSelection',
    'maxLaunchDelaySeconds',
    'mem',
    'portDefinitions',
    'residency',
    'taskKillGracePeriodSeconds',
  ] as const),
  ...(['unreachableStrategy', 'upgradeStrategy'] as const),
)

/** Fields without effect, among them those that only the API returns. */
const WITHOUT_EFFECT = [
  ...[
    'acceptedResourceRoles',
    'args',
    'deployments',
    'env',
    'executor',
    'executorResources',
    'fetch',
    'ipAddress',
    'labels',
    'lastTaskFailure',
  ],
  ...[
    'networks',
    'ports',
    'readinessCheckResults',
    'requirePorts',
    'role',
    'secrets',
    'storeUrls',
    'tasks',
    'tasksHealthy',
    'tasksRunning',
  ],
  ...['tasksStaged', 'tasksUnhealthy', 'tty', 'uris', 'user', 'version', 'versionInfo'],
]

const MIB = 1_048_576

/** Whether a document is an app, a group, or a list of apps. */
export function isMarathon(root: Part): boolean {
  if (root.isList) return root.items().some((item) => item.isMap && isMarathon(item))
  const group = root.as<Group & App>()
  if (root.has('apiVersion') || root.has('kind')) return false
  if (group.at('apps').isList || group.at('groups').isList) return true
  return typeof group.at('id').scalar === 'string' && ['cmd', 'container', 'instances', 'mem', 'cpus'].some((key) => root.has(key))
}

/** Reads an app, the apps of a group, or those of a list. */
export function readMarathon(root: Part, drafts: Drafts, above = ''): void {
  if (root.isList) {
    for (const item of root.items()) readMarathon(item.rooted(), drafts, above)
    return
  }
  const group = root.as<Group>()
  if (!group.at('apps').isList && !group.at('groups').isList) {
    readApp(root.as<App>(), drafts, above)
    return
  }
  const path = pathOf(group.at('id').text() ?? '', above)
  for (const app of group.at('apps').items()) readApp(app.rooted(), drafts, path)
  for (const inner of group.at('groups').items()) readMarathon(inner.rooted(), drafts, path)
}

/** An id that does not begin with a slash is relative to its group. */
const pathOf = (id: string, above: string): string => (id.startsWith('/') ? id : `${above}/${id}`).replace(/\/+/g, '/').replace(/\/$/, '')

const LABEL = 'marathon.app'

function readApp(part: Part<App>, drafts: Drafts, above: string): void {
  const { reading } = part
  const id = part.at('id').text()
  Object.assign(reading, { kind: 'MarathonApp', object: `MarathonApp ${id ?? ''}`.trim() })
  if (id === undefined) part.at('id').refuse('an id such as /shop/web')
  const parts = pathOf(id ?? '', above)
    .split('/')
    .filter((one) => one !== '')
  const name = parts.pop() ?? ''
  const named: Named = {
    kind: 'MarathonApp',
    namespace: parts.join('-') || DEFAULT_NAMESPACE,
    name,
    labels: {},
    place: part.place,
    source: '',
  }
  reading.object = `MarathonApp ${named.namespace}/${name}`
  reportUnknown(part)
  const container = part.at('container')
  const image = container.at('docker').at('image').text() ?? ''
  const resident =
    !part.at('residency').missing ||
    container
      .at('volumes')
      .items()
      .some((volume) => !volume.at('persistent').missing)
  const ports = portsOf(part)
  const health = part.at('healthChecks').items().map(healthOf)[0] ?? null
  const resources = amounts({
    cpu: part.at('cpus').missing ? 1000 : part.at('cpus').quantity(readCpuUp),
    memory: mebibytes(part.at('mem'), 128),
    'ephemeral-storage': mebibytes(part.at('disk'), 0),
    gpu: part.at('gpus').whole(),
  })
  const labels = { [LABEL]: `/${[...parts, name].join('/')}` }
  const grace = part.at('taskKillGracePeriodSeconds').number()
  const controller = controllerOf(part, resident)
  drafts.workloads.push({
    ...named,
    orchestrator: 'mesos',
    replicas: part.at('instances').whole() ?? 1,
    selector: null,
    template: foreignTemplate({
      labels,
      containers: [
        // Memory is a limit of the cgroup, CPU a share.
        foreignContainer({
          name,
          image,
          place: part.place,
          requests: resources,
          limits: amounts({ memory: resources['memory'] }),
          readiness: health,
          liveness: health,
          ports: ports.map(({ targetPort, protocol, place, name: port }) => ({
            name: port,
            port: Number(targetPort),
            protocol,
            hostPort: 0,
            place,
          })),
        }),
      ],
      grace: grace === undefined ? KILL_GRACE : Math.round(grace * SECOND),
    }),
    controller,
  })
  if (ports.length > 0) drafts.services.push(foreignService({ ...named, kind: 'Service' }, labels, ports))
}

/** Time between SIGTERM and SIGKILL of the Mesos executor. */
const KILL_GRACE = 3 * SECOND

const mebibytes = (part: Part, otherwise: number): number | undefined => (part.missing ? otherwise : part.number())! * MIB

function reportUnknown(part: Part<App>): void {
  part.only({ ...APP, ...uses(NO_EFFECT, ...WITHOUT_EFFECT), ...uses('the app is ready only when the check succeeds', 'readinessChecks') })
}

function controllerOf(part: Part<App>, resident: boolean): MarathonController {
  const upgrade = part.at('upgradeStrategy').only(uses(READ, 'maximumOverCapacity', 'minimumHealthCapacity'))
  const seconds = (key: 'backoffSeconds' | 'maxLaunchDelaySeconds', otherwise: number): number =>
    Math.round((part.at(key).number() ?? otherwise) * SECOND)
  const lost = part.at('unreachableStrategy')
  const times = lost.as<{ inactiveAfterSeconds?: number; expungeAfterSeconds?: number }>()
  return {
    kind: 'MarathonApp',
    minimumHealthCapacity: upgrade.at('minimumHealthCapacity').number({ max: 1 }) ?? (resident ? 0.5 : 1),
    maximumOverCapacity: upgrade.at('maximumOverCapacity').number({ max: 1 }) ?? (resident ? 0 : 1),
    backoff: {
      first: seconds('backoffSeconds', 1),
      factor: part.at('backoffFactor').number({ min: 1 }) ?? 1.15,
      max: seconds('maxLaunchDelaySeconds', 300),
    },
    unreachable:
      lost.scalar === 'disabled'
        ? null
        : { inactiveAfter: times.at('inactiveAfterSeconds').seconds() ?? 0, expungeAfter: times.at('expungeAfterSeconds').seconds() ?? 0 },
    killSelection: part.at('killSelection').oneOf(['YOUNGEST_FIRST', 'OLDEST_FIRST']) ?? 'YOUNGEST_FIRST',
    taskKillGrace: Math.round((part.at('taskKillGracePeriodSeconds').number() ?? KILL_GRACE / SECOND) * SECOND),
    constraints: part
      .at('constraints')
      .items()
      .map((item) => item.list(true)),
    dependencies: part.at('dependencies').list(),
  }
}

function healthOf(part: Part<HealthCheck>): Probe {
  const protocol = part.at('protocol').text() ?? 'HTTP'
  return {
    action: protocol === 'COMMAND' ? 'exec' : protocol.endsWith('TCP') ? 'tcpSocket' : 'httpGet',
    initialDelay: part.at('delaySeconds').seconds() ?? 0,
    period: part.at('intervalSeconds').seconds({ min: 1 }) ?? 60 * SECOND,
    timeout: part.at('timeoutSeconds').seconds({ min: 1 }) ?? 20 * SECOND,
    successThreshold: 1,
    failureThreshold: part.at('maxConsecutiveFailures').whole() ?? 3,
    // Failures within this time of the start do not count.
    grace: part.at('gracePeriodSeconds').seconds() ?? 300 * SECOND,
  }
}

function portsOf(part: Part<App>): ServicePort[] {
  const container = part.at('container')
  const mappings = [...container.at('portMappings').items(), ...container.at('docker').at('portMappings').items()]
  const mapped = mappings.map((item): ServicePort => {
    const target = item.at('containerPort').whole({ max: 65_535 }) ?? 0
    return {
      name: item.at('name').text() ?? '',
      port: item.at('servicePort').whole({ max: 65_535 }) || target,
      targetPort: target,
      protocol: protocolOf(item.at('protocol')),
      nodePort: 0,
      place: item.place,
    }
  })
  const defined = part
    .at('portDefinitions')
    .items()
    .map((item): ServicePort => {
      const port = item.at('port').whole({ max: 65_535 }) ?? 0
      return {
        name: item.at('name').text() ?? '',
        port,
        targetPort: port,
        protocol: protocolOf(item.at('protocol')),
        nodePort: 0,
        place: item.place,
      }
    })
  return [...mapped, ...defined]
}

const protocolOf = (part: Part<string | undefined>): string => (part.text() ?? 'tcp').split(',')[0].toUpperCase()
