/** Services whose load is a flow: which they are, and what a flow cannot have. */
import { rowFormat } from '../../workloads/index.ts'
import type { TrafficSpec } from '../../workloads/index.ts'
import type { Issue } from './document.ts'
import type { CallSpec, FlowData, ServiceSpec } from './scenario.ts'
import type { ScenarioData } from './schema.ts'

/** Patterns whose bursts are more than a rate that is known. */
const BURSTS = ['renewal', 'mmpp', 'on-off', 'closed-loop'] as const
const SECOND = 1_000_000

/** The flow of each service of the file, undefined where requests are simulated one by one. Issues name the key that needs single requests. */
export function resolveFlows(
  { serving, workload }: ScenarioData,
  services: readonly Pick<ServiceSpec, 'traffic' | 'steps'>[],
  calls: readonly CallSpec[],
  issues: Issue[],
): (FlowData | undefined)[] {
  return workload.services.map((given, i) => {
    const { traffic, steps } = services[i]
    if ((given.serving ?? serving.mode) !== 'flow' || traffic === null) return undefined
    const refuse = (found: boolean, key: string, what: string): void => {
      if (found)
        issues.push({
          path: ['workload', 'services', i, key],
          message: `found ${what}, which needs single requests; accepted: serving: requests for this service, or a flow without it`,
        })
    }
    refuse(given.retries.limit > 0, 'retries', 'retries')
    refuse(given.hedge !== undefined, 'hedge', 'hedged requests')
    refuse(given.concurrency !== undefined, 'concurrency', 'an adaptive limit')
    refuse(given.inference !== undefined, 'inference', 'a language model')
    refuse(given.connections !== undefined, 'connections', 'connections')
    refuse(given.path !== undefined, 'path', 'a path through network devices')
    refuse(given.routing !== undefined, 'routing', 'routing')
    refuse(given.signals !== undefined, 'signals', 'signals')
    refuse(given.store !== undefined, 'store', 'a store')
    refuse(given.database !== undefined, 'database', 'a database')
    refuse(steps !== undefined || calls.some(({ service }) => service === i), 'work', 'calls between services')
    const burst = burstOf(traffic)
    refuse(burst !== '', 'traffic', burst)
    refuse(serving.step % SECOND !== 0, 'serving', 'a step that is not whole seconds')
    return { step: serving.step, dispersion: traffic.pattern === 'constant' ? 0 : 1 }
  })
}

function burstOf(traffic: TrafficSpec): string {
  if (traffic.pattern === 'merge') return traffic.parts.map(burstOf).find((found) => found !== '') ?? ''
  if (traffic.pattern === 'trace') {
    const recorded = rowFormat(traffic.format)
    return recorded?.kind === 'requests' || traffic.cpu !== null || traffic.wait !== null ? 'recorded requests' : ''
  }
  if ('trains' in traffic && traffic.trains !== undefined) return 'trains of requests'
  return (BURSTS as readonly string[]).includes(traffic.pattern) ? `the pattern ${traffic.pattern}` : ''
}
