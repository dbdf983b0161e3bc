/**
 * Stack files of Docker Swarm: the services of a Compose file with their `deploy` section. Defaults: swarmkit api/defaults/service.go, the
 * Compose specification, and the Docker engine's health checks.
 */
import { readCpuUp, readDuration, UnitError } from '../../sim/index.ts'
import { DEFAULT_NAMESPACE, SECOND } from './defaults.ts'
import type { Drafts } from './drafts.ts'
import { NO_EFFECT, READ, uses, type Fields } from './fields.ts'
import { amounts, foreignContainer, foreignService, foreignTemplate } from './foreign.ts'
import type { Amounts, Named, Need, Probe, ServicePort, SwarmController, SwarmUpdate } from './model.ts'
import type { Part } from './part.ts'

/** A stack file, as far as it is read. */
export interface Stack {
  readonly name?: string
  readonly version?: unknown
  readonly services?: Readonly<Record<string, StackService>>
  readonly configs?: Readonly<Record<string, StackObject>>
  readonly secrets?: Readonly<Record<string, StackObject>>
  readonly networks?: unknown
  readonly volumes?: unknown
}

interface StackObject {
  readonly external?: unknown
}

interface StackService {
  readonly image?: string
  readonly deploy?: Deploy
  readonly healthcheck?: HealthCheck
  readonly ports?: readonly unknown[]
  readonly stop_grace_period?: string
  readonly configs?: readonly unknown[]
  readonly secrets?: readonly unknown[]
}

interface Deploy {
  readonly mode?: string
  readonly replicas?: number
  readonly endpoint_mode?: string
  readonly placement?: {
    readonly constraints?: readonly string[]
    readonly preferences?: readonly { readonly spread?: string }[]
    readonly max_replicas_per_node?: number
  }
  readonly resources?: { readonly limits?: Resources; readonly reservations?: Resources }
  readonly restart_policy?: {
    readonly condition?: string
    readonly delay?: string
    readonly max_attempts?: number
    readonly window?: string
  }
  readonly update_config?: UpdateConfig
  readonly rollback_config?: UpdateConfig
  readonly labels?: unknown
}

interface Resources {
  readonly cpus?: number | string
  readonly memory?: string
  readonly pids?: number
  readonly generic_resources?: readonly { readonly discrete_resource_spec?: { readonly kind?: string; readonly value?: number } }[]
  readonly devices?: unknown
}

interface UpdateConfig {
  readonly parallelism?: number
  readonly delay?: string
  readonly failure_action?: string
  readonly monitor?: string
  readonly max_failure_ratio?: number
  readonly order?: string
}

interface HealthCheck {
  readonly test?: unknown
  readonly interval?: string
  readonly timeout?: string
  readonly retries?: number
  readonly start_period?: string
  readonly start_interval?: string
  readonly disable?: boolean
}

const STACK: Fields<Stack> = {
  ...uses(READ, 'configs', 'name', 'secrets', 'services', 'version'),
  ...uses(NO_EFFECT, 'networks', 'volumes'),
}

/** Keys of Compose that change nothing in a simulated swarm, most of which `docker stack deploy` ignores too. */
const WITHOUT_EFFECT = [
  ...['annotations', 'attach', 'build', 'cap_add', 'cap_drop', 'cgroup', 'cgroup_parent', 'command', 'container_name', 'credential_spec'],
  ...[
    'depends_on',
    'devices',
    'dns',
    'dns_opt',
    'dns_search',
    'domainname',
    'entrypoint',
    'env_file',
    'environment',
    'expose',
    'external_links',
  ],
  ...[
    'extra_hosts',
    'group_add',
    'hostname',
    'init',
    'ipc',
    'isolation',
    'labels',
    'links',
    'logging',
    'mac_address',
    'networks',
    'pid',
    'platform',
  ],
  ...[
    'privileged',
    'profiles',
    'pull_policy',
    'read_only',
    'restart',
    'security_opt',
    'shm_size',
    'stdin_open',
    'stop_signal',
    'sysctls',
    'tmpfs',
  ],
  ...['tty', 'ulimits', 'user', 'userns_mode', 'volumes', 'working_dir'],
]
const SERVICE: Fields<StackService> = {
  ...uses(READ, 'configs', 'deploy', 'healthcheck', 'image', 'ports', 'secrets', 'stop_grace_period'),
  ...uses(NO_EFFECT, ...WITHOUT_EFFECT),
}

const LABEL = 'com.docker.swarm.service.name'

/** Whether a document is a stack file: its services are a map. */
export const isStack = (root: Part): boolean => root.as<Stack>().at('services').isMap && !root.has('apiVersion')

/** Reads the services of a stack file. */
export function readStack(root: Part, drafts: Drafts): void {
  const stack = root.as<Stack>()
  const { reading } = root
  Object.assign(reading, { kind: 'stack', object: '' })
  stack.only(STACK, ...stack.entries().flatMap(([key]) => (key.startsWith('x-') ? [key] : [])))
  const namespace = stack.at('name').text() ?? DEFAULT_NAMESPACE
  for (const [kind, key] of [
    ['ConfigMap', 'configs'],
    ['Secret', 'secrets'],
  ] as const)
    for (const [name, part] of stack.at(key).entries())
      drafts.configs.push({ kind, namespace, name, labels: {}, place: part.place, source: '', keys: [], bytes: 0 })
  for (const [name, part] of stack.at('services').entries()) {
    Object.assign(reading, { kind: 'SwarmService', object: `SwarmService ${namespace}/${name}` })
    readService(
      { kind: 'SwarmService', namespace, name, labels: {}, place: part.place, source: '' },
      part.rooted().as<StackService>(),
      drafts,
    )
  }
}

function readService(named: Named, part: Part<StackService>, drafts: Drafts): void {
  part.only(SERVICE, ...part.entries().flatMap(([key]) => (key.startsWith('x-') ? [key] : [])))
  const image = part.at('image')
  if (image.missing) image.refuse('an image, which docker stack deploy needs')
  const deploy = part.at('deploy').only({
    ...uses(READ, 'endpoint_mode', 'mode', 'placement', 'replicas', 'resources', 'restart_policy', 'rollback_config', 'update_config'),
    labels: NO_EFFECT,
  })
  const resources = deploy.at('resources').only(uses(READ, 'limits', 'reservations'))
  const limits = resourcesOf(resources.at('limits'))
  const health = healthOf(part.at('healthcheck'))
  const ports = part
    .at('ports')
    .items()
    .flatMap((item) => portOf(item) ?? [])
  const container = foreignContainer({
    name: named.name,
    image: image.text() ?? '',
    place: part.place,
    requests: resourcesOf(resources.at('reservations')),
    limits,
    ports: ports.map(({ targetPort, protocol, place }) => ({ name: '', port: Number(targetPort), protocol, hostPort: 0, place })),
    readiness: health,
    liveness: health,
  })
  const labels = { [LABEL]: named.name }
  const controller = controllerOf(deploy)
  const { mode } = controller
  drafts.workloads.push({
    ...named,
    orchestrator: 'swarm',
    replicas: mode === 'global' || mode === 'global-job' ? null : (deploy.at('replicas').whole() ?? 1),
    selector: null,
    template: foreignTemplate({
      labels,
      containers: [container],
      grace: durationOf(part.at('stop_grace_period')) ?? 10 * SECOND,
      needs: needsOf(part),
    }),
    controller,
  })
  drafts.services.push(
    foreignService({ ...named, kind: 'Service' }, labels, ports, deploy.at('endpoint_mode').oneOf(['vip', 'dnsrr']) === 'dnsrr'),
  )
}

const durationOf = (part: Part): number | undefined => part.quantity(readDuration)

function controllerOf(deploy: Part<Deploy | undefined>): SwarmController {
  const placement = deploy.at('placement').only(uses(READ, 'constraints', 'max_replicas_per_node', 'preferences'))
  const restart = deploy.at('restart_policy').only(uses(READ, 'condition', 'delay', 'max_attempts', 'window'))
  const condition = restart.at('condition').oneOf(['none', 'on-failure', 'any', 'unless-stopped', 'always']) ?? 'any'
  return {
    kind: 'SwarmService',
    mode: deploy.at('mode').oneOf(['replicated', 'global', 'replicated-job', 'global-job']) ?? 'replicated',
    update: updateOf(deploy.at('update_config')),
    rollback: updateOf(deploy.at('rollback_config')),
    restart: {
      condition: condition === 'none' || condition === 'on-failure' ? condition : 'any',
      delay: durationOf(restart.at('delay')) ?? 5 * SECOND,
      maxAttempts: restart.at('max_attempts').whole() ?? null,
      window: durationOf(restart.at('window')) ?? 0,
    },
    maxReplicasPerNode: placement.at('max_replicas_per_node').whole() ?? 0,
    constraints: placement.at('constraints').list(),
    preferences: placement
      .at('preferences')
      .items()
      .flatMap((item) => item.at('spread').text() ?? []),
  }
}

function updateOf(part: Part<UpdateConfig | undefined>): SwarmUpdate {
  part.only(uses(READ, 'delay', 'failure_action', 'max_failure_ratio', 'monitor', 'order', 'parallelism'))
  return {
    parallelism: part.at('parallelism').whole() ?? 1,
    delay: durationOf(part.at('delay')) ?? 0,
    failureAction: part.at('failure_action').oneOf(['pause', 'continue', 'rollback']) ?? 'pause',
    monitor: durationOf(part.at('monitor')) ?? 5 * SECOND,
    maxFailureRatio: part.at('max_failure_ratio').number({ max: 1 }) ?? 0,
    order: part.at('order').oneOf(['stop-first', 'start-first']) ?? 'stop-first',
  }
}

function resourcesOf(part: Part<Resources | undefined>): Amounts {
  part.only({ ...uses(READ, 'cpus', 'generic_resources', 'memory'), pids: NO_EFFECT, devices: 'the tasks need these devices' })
  const generic = part
    .at('generic_resources')
    .items()
    .map((item) => item.at('discrete_resource_spec'))
  return amounts({
    cpu: part.at('cpus').quantity(readCpuUp),
    memory: part.at('memory').quantity(readSize),
    ...Object.fromEntries(generic.map((one) => [one.at('kind').text() ?? '', one.at('value').whole()])),
  })
}

const SIZES: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1_048_576, g: 1_073_741_824, t: 1_099_511_627_776 }

/** Bytes as Docker writes them: 512m, 1.5gb, 1024; every unit is a power of 1024. */
export function readSize(value: unknown): number {
  const parts = /^(\d+(?:\.\d+)?)\s*([bkmgt])?(?:i?b)?$/i.exec(
    typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '',
  )
  const size = parts === null ? NaN : Math.floor(Number(parts[1]) * SIZES[(parts[2] ?? 'b').toLowerCase()])
  if (!Number.isSafeInteger(size))
    throw new UnitError(`found ${JSON.stringify(value)}; accepted: an amount of memory such as 512M, 1.5g or 50mb`)
  return size
}

/** Health checks of the Docker engine: interval and timeout 30 s, 3 retries. */
function healthOf(part: Part<HealthCheck | undefined>): Probe | null {
  if (part.missing) return null
  part.only({
    ...uses(READ, 'disable', 'interval', 'retries', 'start_period', 'test', 'timeout'),
    start_interval: 'checks are more frequent while a task starts',
  })
  if (part.at('disable').flag() === true || part.at('test').scalar === 'NONE') return null
  return {
    action: 'exec',
    initialDelay: durationOf(part.at('start_period')) ?? 0,
    period: durationOf(part.at('interval')) ?? 30 * SECOND,
    timeout: durationOf(part.at('timeout')) ?? 30 * SECOND,
    successThreshold: 1,
    failureThreshold: part.at('retries').whole({ min: 1 }) ?? 3,
    grace: null,
  }
}

const SHORT_PORT = /^(?:(?:\d+(?:\.\d+){3}|\[[^\]]+\]):)?(?:(\d+)(?:-\d+)?:)?(\d+)(?:-\d+)?(?:\/(tcp|udp|sctp))?$/

/** `8080:80/tcp`, 80, or a map with target and published. */
function portOf(part: Part): ServicePort | undefined {
  if (part.isMap) {
    const long = part.as<{ target?: number; published?: number | string; protocol?: string; mode?: string; name?: string }>()
    const port = long.at('target').whole({ min: 1, max: 65_535 })
    if (port === undefined) return long.at('target').missing ? long.at('target').refuse('a number from 1 to 65535') : undefined
    const published = Number(long.at('published').scalar ?? port)
    return {
      name: long.at('name').text() ?? '',
      port: published,
      targetPort: port,
      protocol: (long.at('protocol').text() ?? 'tcp').toUpperCase(),
      nodePort: 0,
      place: part.place,
    }
  }
  const found = SHORT_PORT.exec(part.text(true) ?? '')
  if (found === null) return part.refuse('a port such as 8080:80, or a map with target and published')
  const [, published, target, protocol = 'tcp'] = found
  return {
    name: '',
    port: Number(published ?? target),
    targetPort: Number(target),
    protocol: protocol.toUpperCase(),
    nodePort: 0,
    place: part.place,
  }
}

function needsOf(part: Part<StackService>): Need[] {
  const named = (kind: Need['kind'], key: 'configs' | 'secrets'): Need[] =>
    part
      .at(key)
      .items()
      .flatMap((item): Need[] => {
        const name = item.isMap ? item.as<{ source?: string }>().at('source').text() : item.text()
        return name === undefined ? [] : [{ kind, name, optional: false, place: item.place, path: item.path }]
      })
  return [...named('ConfigMap', 'configs'), ...named('Secret', 'secrets')]
}
