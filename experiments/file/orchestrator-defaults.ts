/** What a file leaves out, by its orchestrator: the scheduler of the run, and the controller, health check and end of life of services. */
import { isMap } from './quantities.ts'
import type { OrchestratorName } from '../../sim/index.ts'

type Raw = Record<string, unknown>

/** The kinds of controllers of each orchestrator, the default first. */
export const KINDS_OF: Readonly<Record<OrchestratorName, readonly string[]>> = {
  kubernetes: ['deployment', 'stateful-set', 'daemon-set'],
  swarm: ['swarm-service'],
  ecs: ['ecs-service'],
  mesos: ['marathon-app'],
}

interface Defaults {
  readonly scheduling: string
  /** Period of the health check, time in which a task that stops still accepts, and until it is killed. */
  readonly probe: string
  readonly preStop: string
  readonly grace: string
}

/**
 * Docker checks every 30 s, waits 2 s after the removal from the load balancer and kills 10 s later; a target group of ECS checks every 30 s,
 * deregisters for 300 s, and the agent kills 30 s later; Marathon checks every 60 s, and the executor of Mesos kills after 3 s. Marathon
 * takes the agents as they are offered, in random order.
 */
const DEFAULTS: Readonly<Record<Exclude<OrchestratorName, 'kubernetes'>, Defaults>> = {
  swarm: { scheduling: 'swarm-spread', probe: '30s', preStop: '2s', grace: '12s' },
  ecs: { scheduling: 'ecs', probe: '30s', preStop: '300s', grace: '330s' },
  mesos: { scheduling: 'random', probe: '60s', preStop: '0s', grace: '3s' },
}

/** The file with the defaults of its orchestrator; as it is when it names none, Kubernetes, or something unknown. */
export function withOrchestratorDefaults(raw: Raw): Raw {
  const name = raw['orchestrator']
  if (typeof name !== 'string' || !Object.hasOwn(DEFAULTS, name)) return raw
  const orchestrator = name as keyof typeof DEFAULTS
  const { scheduling, probe, preStop, grace } = DEFAULTS[orchestrator]
  const { workload } = raw
  const [kind] = KINDS_OF[orchestrator]
  const service = (given: unknown): unknown => (isMap(given) ? { probe, preStop, controller: kind, grace, ...given } : given)
  const services = isMap(workload) ? workload['services'] : undefined
  return {
    ...raw,
    scheduling: raw['scheduling'] ?? scheduling,
    ...(Array.isArray(services) ? { workload: { ...(workload as Raw), services: services.map(service) } } : {}),
  }
}
