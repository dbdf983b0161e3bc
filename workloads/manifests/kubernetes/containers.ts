/** Containers: resources, ports, probes and hooks. Defaults: Kubernetes 1.34, pkg/apis/core/v1/defaults.go. */
import type * as core from 'kubernetes-types/core/v1.js'
import { READ, uses } from '../fields.ts'
import type { Amounts, Container, ContainerPort, Hook, Probe } from '../model.ts'
import { isMilliBytes, readAmount } from '../quantities.ts'
import type { Part } from '../part.ts'
import { SECOND } from '../defaults.ts'
import { required } from './placement.ts'
import { CONTAINER, CONTAINER_PORT, PROBE, RESOURCES } from './pod-fields.ts'

/** A container. Requests that are absent are its limits; those of a LimitRange are filled in later. */
export function containerOf(part: Part<core.Container>, init: boolean): Container {
  part.only(CONTAINER)
  const image = part.at('image').text() ?? required(part.at('image'), 'an image')
  const name = part.at('name').text() ?? required(part.at('name'), 'a name')
  const resources = part.at('resources').only(RESOURCES)
  const limits = amountsOf(resources.at('limits'))
  const given = amountsOf(resources.at('requests'))
  for (const [resource, amount] of Object.entries(given))
    if (amount > (limits[resource] ?? Infinity)) resources.at('requests').at(resource).refuse('at most the limit of the container')
  const restart = part.at('restartPolicy')
  const sidecar = init && restart.oneOf(['Always', 'OnFailure', 'Never']) === 'Always'
  if (!init && !restart.missing) restart.ignore('the container has a restart policy of its own')
  const lifecycle = part.at('lifecycle').only({ ...uses(READ, 'postStart', 'preStop') })
  const running = !init || sidecar
  if (!running)
    for (const key of ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const)
      if (!part.at(key).missing) part.at(key).refuse('none on an init container, unless its restartPolicy is Always')
  return {
    name,
    image,
    pullPolicy: part.at('imagePullPolicy').oneOf(['Always', 'IfNotPresent', 'Never']) ?? pullPolicyOf(image),
    requests: { ...limits, ...given },
    limits,
    sidecar,
    ports: part.at('ports').items().map(portOf),
    readiness: probeOf(part.at('readinessProbe')),
    liveness: probeOf(part.at('livenessProbe')),
    startup: probeOf(part.at('startupProbe')),
    preStop: hookOf(lifecycle.at('preStop')),
    postStart: hookOf(lifecycle.at('postStart')),
    place: part.place,
  }
}

/** Always for the tag latest and for images without tag or digest. */
export function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent'
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest'
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

/** Amounts by resource. */
export function amountsOf(part: Part<Record<string, unknown> | undefined>): Amounts {
  const read: [string, number][] = []
  for (const [resource, item] of part.entries()) {
    const amount = item.quantity((value) => readAmount(resource, value))
    if (isMilliBytes(resource, item.scalar)) {
      const text = String(item.scalar)
      item.warn(`found ${text}, thousandths of a byte, which is ${amount} byte; did you mean ${text.slice(0, -1)}Mi?`)
    }
    if (amount !== undefined) read.push([resource, amount])
  }
  return Object.fromEntries(read)
}

function portOf(part: Part<core.ContainerPort>): ContainerPort {
  part.only(CONTAINER_PORT)
  const port = part.at('containerPort')
  if (port.missing) port.refuse('a number from 1 to 65535')
  return {
    name: part.at('name').text() ?? '',
    port: port.whole({ min: 1, max: 65535 }) ?? 1,
    protocol: part.at('protocol').oneOf(['TCP', 'UDP', 'SCTP']) ?? 'TCP',
    hostPort: part.at('hostPort').whole({ max: 65535 }) ?? 0,
    place: part.place,
  }
}

const ACTIONS = ['httpGet', 'tcpSocket', 'exec', 'grpc'] as const

function probeOf(part: Part<core.Probe | undefined>): Probe | null {
  if (part.missing) return null
  part.only(PROBE)
  const given = ACTIONS.filter((action) => !part.at(action).missing)
  if (given.length !== 1)
    part.error(`found ${given.length === 0 ? 'no action' : given.join(' and ')}; accepted: one of ${ACTIONS.join(', ')}`)
  return {
    action: given[0] ?? 'none',
    initialDelay: part.at('initialDelaySeconds').seconds() ?? 0,
    period: part.at('periodSeconds').seconds({ min: 1 }) ?? 10 * SECOND,
    timeout: part.at('timeoutSeconds').seconds({ min: 1 }) ?? SECOND,
    successThreshold: part.at('successThreshold').whole({ min: 1 }) ?? 1,
    failureThreshold: part.at('failureThreshold').whole({ min: 1 }) ?? 3,
    grace: part.at('terminationGracePeriodSeconds').seconds({ min: 1 }) ?? null,
  }
}

const HOOKS = ['exec', 'httpGet', 'sleep', 'tcpSocket'] as const

function hookOf(part: Part<core.LifecycleHandler | undefined>): Hook | null {
  if (part.missing) return null
  part.only(uses(READ, ...HOOKS))
  const given = HOOKS.filter((action) => !part.at(action).missing)
  if (given.length !== 1)
    part.error(`found ${given.length === 0 ? 'no action' : given.join(' and ')}; accepted: one of ${HOOKS.join(', ')}`)
  const [action = 'exec'] = given
  if (action === 'sleep') return { action, duration: part.at('sleep').at('seconds').seconds() ?? 0 }
  const duration = action === 'exec' ? sleepOf(part.at('exec').at('command').list(true)) : null
  if (duration === null) part.ignore('how long the hook takes cannot be read from it')
  return { action, duration }
}

/** Seconds of `sleep 15`, alone or in a shell's command; null when the command does anything else. */
export function sleepOf(command: readonly string[]): number | null {
  const shell = command.length === 3 && /(?:^|\/)(?:ba|da|a)?sh$/.test(command[0]) && /^-[a-z]*c$/.test(command[1])
  const text = (shell ? command[2] : command.join(' ')).trim()
  const seconds = /^(?:\S*\/)?sleep\s+(\d+(?:\.\d{1,6})?)s?\s*;?$/.exec(text)?.[1]
  return seconds === undefined ? null : Math.round(Number(seconds) * SECOND)
}
