/** How services are reached: by kube-proxy, by DNS, or by balancer instances. */
import { issuesAt } from './checks/issues.ts'
import type { Issue } from './document.ts'
import type { KubeProxyData, ServiceSpec } from './scenario.ts'
import type { ScenarioData } from './schema.ts'

/** kube-proxy with its defaults. */
export function resolveKubeProxy({ kubeProxy }: ScenarioData): { readonly kubeProxy?: KubeProxyData } {
  if (kubeProxy === undefined) return {}
  const { mode, scheduler, minSyncPeriod, ...rest } = kubeProxy
  const ipvs = mode === 'ipvs' ? { ipvs: scheduler } : {}
  return { kubeProxy: { ...rest, ...ipvs, minSync: minSyncPeriod ?? (mode === 'ipvs' ? 0 : 1_000_000) } }
}

/** By service; adds issues for keys that exclude each other. */
export function resolveAccess(data: ScenarioData, issues: Issue[]): readonly Pick<ServiceSpec, 'exposure' | 'dns'>[] {
  const { kubeProxy, workload, serving } = data
  return workload.services.map((given, i) => {
    const { expose, dns, slb, routing, timeout } = given
    const { all, refuse } = issuesAt('workload', 'services', i)
    const own = dns !== undefined ? 'dns' : slb !== undefined ? 'slb' : routing !== undefined ? 'routing' : undefined
    refuse(
      expose !== undefined && kubeProxy === undefined,
      ['expose'],
      'found an exposure without kubeProxy; accepted: kubeProxy: {}, or no exposure',
    )
    refuse(expose !== undefined && own !== undefined, ['expose'], `found an exposure beside ${own}; accepted: one of the two`)
    refuse(dns !== undefined && slb !== undefined, ['dns'], 'found dns beside slb; accepted: one of the two')
    refuse(dns !== undefined && routing !== undefined, ['dns'], 'found dns beside routing; accepted: one of the two')
    const isFlow = (given.serving ?? serving.mode) === 'flow'
    refuse(
      isFlow && expose !== undefined,
      ['expose'],
      'found an exposure of a service that is simulated as a flow; accepted: serving: requests',
    )
    refuse(isFlow && dns !== undefined, ['dns'], 'found dns of a service that is simulated as a flow; accepted: serving: requests')
    const isViewed = dns !== undefined || (kubeProxy !== undefined && own === undefined && !isFlow)
    refuse(
      given.endpoints !== undefined && isViewed,
      ['endpoints'],
      'found endpoints of a service before which kubeProxy or dns stands; accepted: a service with slb or routing',
    )
    const local = expose?.internalTrafficPolicy === 'Local' || expose?.externalTrafficPolicy === 'Local'
    refuse(
      local && timeout === 0 && given.traffic !== undefined,
      ['timeout'],
      'found none, on a service whose policy Local drops connections without an answer; accepted: a timeout',
    )
    issues.push(...all)
    if (dns !== undefined) return { dns }
    if (kubeProxy === undefined || own !== undefined || isFlow) return {}
    return { exposure: exposureOf(expose) }
  })
}

const CHECKS = { interval: 10_000_000, fall: 3, rise: 3 }

function exposureOf(given: ScenarioData['workload']['services'][number]['expose']): NonNullable<ServiceSpec['exposure']> {
  const {
    type = 'ClusterIP',
    internalTrafficPolicy = 'Cluster',
    externalTrafficPolicy = 'Cluster',
    trafficDistribution = 'Any',
    sessionAffinity = 0,
    checks = CHECKS,
  } = given ?? {}
  return {
    type,
    internalTrafficPolicy,
    externalTrafficPolicy,
    trafficDistribution: trafficDistribution === 'PreferClose' ? 'PreferSameZone' : trafficDistribution,
    affinity: sessionAffinity,
    checks,
  }
}
