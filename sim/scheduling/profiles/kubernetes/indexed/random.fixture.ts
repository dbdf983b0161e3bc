/** Random clusters and pods with every rule that the scheduler knows, and histories in which pods come, terminate and go. */
import type { Affinity, PodAffinityTerm, PodRules, SpreadConstraint } from '../../../../cluster/rules.ts'
import type { NodeTemplate, PodShape, Taint, Toleration } from '../../../../cluster/spec.ts'
import { Streams } from '../../../../random/stream.ts'
import { shape, template } from '../../../../testing/cluster.ts'

/** Draws of one case. */
export class Draws {
  private readonly random

  constructor(seed: number) {
    this.random = new Streams(`case ${seed}`, 0).stream('case')
  }

  int(below: number): number {
    return this.random.int(below)
  }

  chance(share: number): boolean {
    return this.random.next() < share
  }

  one<T>(list: readonly T[]): T {
    return list[this.random.int(list.length)]
  }
}

const GIB = 1024 ** 3
const APPS = ['a', 'b', 'c']
const KEYS = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'rack'] as const
const TAINTS: readonly Taint[] = [
  { key: 'dedicated', value: 'db', effect: 'NoSchedule' },
  { key: 'slow', value: '', effect: 'PreferNoSchedule' },
  { key: 'old', value: '', effect: 'PreferNoSchedule' },
]
const TOLERATIONS: readonly Toleration[] = [
  { key: 'dedicated', operator: 'Exists', value: '', effect: '' },
  { key: 'slow', operator: 'Exists', value: '', effect: '' },
]

/** A node; some lack the label rack. */
export function randomNode(draws: Draws): NodeTemplate {
  const zone = draws.one(['x', 'y', 'z'])
  return template({
    cpu: draws.one([2000, 4000, 8000]),
    memory: draws.one([4, 8, 16]) * GIB,
    pods: draws.one([4, 10, 110]),
    zone,
    labels: {
      'topology.kubernetes.io/zone': zone,
      ...(draws.chance(0.8) ? { rack: draws.one(['1', '2', '3', '4']) } : {}),
      disk: draws.one(['ssd', 'hdd']),
      size: String(draws.int(4)),
    },
    taints: TAINTS.filter(() => draws.chance(0.15)),
    ...(draws.chance(0.3) ? { images: [{ names: ['img:1'], size: 500 * 1024 * 1024 }] } : {}),
  })
}

const selectorOf = (draws: Draws): { readonly matchLabels: Readonly<Record<string, string>> } => ({ matchLabels: { app: draws.one(APPS) } })

function termOf(draws: Draws): PodAffinityTerm {
  return {
    topologyKey: draws.one(KEYS),
    labelSelector: selectorOf(draws),
    ...(draws.chance(0.2) ? { namespaces: ['default', 'other'] } : {}),
    ...(draws.chance(0.1) ? { namespaceSelector: { matchLabels: { team: 'blue' } } } : {}),
    ...(draws.chance(0.1) ? { matchLabelKeys: ['app'] } : {}),
  }
}

const someOf = <T>(draws: Draws, share: number, make: () => T): T[] =>
  draws.chance(share) ? [make(), ...(draws.chance(0.3) ? [make()] : [])] : []

function spreadOf(draws: Draws): SpreadConstraint {
  return {
    maxSkew: 1 + draws.int(2),
    topologyKey: draws.one(KEYS),
    whenUnsatisfiable: draws.one(['DoNotSchedule', 'ScheduleAnyway']),
    labelSelector: selectorOf(draws),
    ...(draws.chance(0.2) ? { minDomains: 1 + draws.int(5) } : {}),
    nodeAffinityPolicy: draws.one(['Honor', 'Ignore']),
    nodeTaintsPolicy: draws.one(['Honor', 'Ignore']),
  }
}

function affinityOf(draws: Draws): Affinity {
  const preferred = (share: number): { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[] =>
    someOf(draws, share, () => ({ weight: 1 + draws.int(100), podAffinityTerm: termOf(draws) }))
  const node = { matchExpressions: [{ key: 'size', operator: draws.one(['Gt', 'Lt', 'NotIn', 'Exists'] as const), values: ['1'] }] }
  return {
    nodeAffinity: {
      ...(draws.chance(0.2) ? { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [node] } } : {}),
      preferredDuringSchedulingIgnoredDuringExecution: someOf(draws, 0.3, () => ({
        weight: 1 + draws.int(100),
        preference: { matchExpressions: [{ key: 'disk', operator: 'In' as const, values: ['ssd'] }] },
      })),
    },
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: someOf(draws, 0.15, () => termOf(draws)),
      preferredDuringSchedulingIgnoredDuringExecution: preferred(0.25),
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: someOf(draws, 0.2, () => termOf(draws)),
      preferredDuringSchedulingIgnoredDuringExecution: preferred(0.25),
    },
  }
}

function rulesOf(draws: Draws): PodRules {
  return {
    ...(draws.chance(0.2) ? { namespace: 'other' } : {}),
    ...(draws.chance(0.6) ? { affinity: affinityOf(draws) } : {}),
    topologySpreadConstraints: someOf(draws, 0.4, () => spreadOf(draws)),
    ...(draws.chance(0.15) ? { hostPorts: [{ ip: draws.one(['0.0.0.0', '10.0.0.1']), protocol: 'TCP', port: 80 + draws.int(2) }] } : {}),
    ...(draws.chance(0.3) ? { images: ['img:1', 'other'] } : {}),
    ...(draws.chance(0.1) ? { preemptionPolicy: 'Never' as const } : {}),
    ...(draws.chance(0.1) ? { scored: { cpu: 300, memory: 3 * GIB } } : {}),
  }
}

/** A pod. */
export function randomShape(draws: Draws): PodShape {
  return shape({
    cpu: draws.one([0, 100, 250, 1000, 1900]),
    memory: draws.one([0, 128 * 1024 * 1024, GIB, 3 * GIB]),
    labels: { app: draws.one(APPS) },
    nodeSelector: draws.chance(0.1) ? { disk: 'ssd' } : {},
    tolerations: TOLERATIONS.filter(() => draws.chance(0.3)),
    priority: draws.one([0, 0, 10, 100]),
    ...(draws.chance(0.8) ? { rules: rulesOf(draws) } : {}),
  })
}
