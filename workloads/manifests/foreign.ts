/** What workloads of Swarm, ECS and Marathon share: templates and services in the model of all orchestrators. */
import { NO_AFFINITY } from './defaults.ts'
import type { Amounts, Container, ManifestService, Named, PodTemplate, ServicePort } from './model.ts'
import { totalsOf } from './pod-totals.ts'

/** Parts of a template that these orchestrators have. */
export interface ForeignTemplate extends Partial<Omit<PodTemplate, 'requests' | 'limits' | 'qos'>> {
  readonly labels: Readonly<Record<string, string>>
  readonly containers: readonly Container[]
  readonly grace: number
}

/** A template; what is absent has no effect. */
export function foreignTemplate(given: ForeignTemplate): PodTemplate {
  const parts = { init: [], overhead: {}, own: { requests: {}, limits: {} }, ...given }
  return {
    nodeName: '',
    nodeSelector: {},
    affinity: NO_AFFINITY,
    tolerations: [],
    spread: [],
    priorityClass: '',
    hasDeadline: false,
    priority: 0,
    preemption: 'PreemptLowerPriority',
    restartPolicy: 'Never',
    scheduler: '',
    hostNetwork: false,
    volumes: [],
    needs: [],
    ...parts,
    ...totalsOf(parts),
  }
}

/** A container; what is absent has no effect. */
export function foreignContainer(given: Partial<Container> & Pick<Container, 'name' | 'image' | 'place'>): Container {
  return {
    pullPolicy: 'Always',
    requests: {},
    limits: {},
    sidecar: false,
    ports: [],
    readiness: null,
    liveness: null,
    startup: null,
    preStop: null,
    postStart: null,
    ...given,
  }
}

/** The service of a workload, by which others reach its pods. */
export function foreignService(
  named: Named,
  selector: Readonly<Record<string, string>>,
  ports: readonly ServicePort[],
  headless = false,
): ManifestService {
  return {
    ...named,
    type: 'ClusterIP',
    headless,
    selector,
    ports: ports.map((port) => ({ ...port, name: port.name === '' ? `port-${port.port}` : port.name })),
    affinityTimeout: null,
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    publishNotReady: false,
    trafficDistribution: '',
  }
}

/** Amounts without those that are absent. */
export const amounts = (given: Readonly<Record<string, number | undefined>>): Amounts =>
  Object.fromEntries(Object.entries(given).filter((entry): entry is [string, number] => entry[1] !== undefined && entry[1] > 0))
