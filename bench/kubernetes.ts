/**
 * The scheduler `kubernetes`: CPU time per pod, including the cluster's own work (create, bind, release), with every default plugin and adaptive sampling.
 * Plain: requests, taints and node affinity decide; full: zone and host spread and inter-pod affinity as well. Once the cluster has reached its
 * load, the oldest pod leaves for each that arrives.
 */
import { shape, template } from '../sim/testing/index.ts'
import { Cluster } from '../sim/cluster/cluster.ts'
import type { PodRules } from '../sim/cluster/rules.ts'
import { NONE, valuesOf } from '../sim/index.ts'
import type { PodShape } from '../sim/index.ts'
import { Streams } from '../sim/random/index.ts'
import type { BenchRow } from './harness.ts'
import { members } from '../sim/scheduling/index.ts'
import { unit } from './unit.ts'

const GiB = 1024 ** 3
/** Cores and GiB. */
const SIZES = [
  [16, 64],
  [32, 128],
  [64, 256],
  [32, 256],
] as const

/** What is measured. */
interface KubeScenario {
  readonly nodes: number
  readonly classes: number
  /** Share of the CPU that is requested. */
  readonly full: number
  /** Whether pods have rules about other pods. */
  readonly rules: boolean
}

const term = (app: number, topologyKey: string) => ({ topologyKey, labelSelector: { matchLabels: { app: String(app) } } })

/** Each class spreads over zones and hosts, half of them strictly over zones, keeps away from itself on a host and near another class in a zone. */
function rulesOf(app: number, classes: number): PodRules {
  const own = { matchLabels: { app: String(app) } }
  const zone = 'topology.kubernetes.io/zone'
  const host = 'kubernetes.io/hostname'
  return {
    topologySpreadConstraints: [
      {
        maxSkew: app % 2 === 0 ? 5 : 1,
        topologyKey: zone,
        whenUnsatisfiable: app % 2 === 0 ? 'ScheduleAnyway' : 'DoNotSchedule',
        labelSelector: own,
      },
      { maxSkew: 3, topologyKey: host, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: own },
    ],
    affinity: {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, podAffinityTerm: term((app * 7 + 1) % classes, zone) }],
      },
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term(app, host) }] },
    },
  }
}

function shapesOf({ classes, rules }: KubeScenario, random: { int(below: number): number }): PodShape[] {
  const preferred = [{ weight: 10, preference: { matchExpressions: [{ key: 'disk', operator: 'In' as const, values: ['1', '3'] }] } }]
  return Array.from({ length: classes }, (_, i) =>
    shape({
      cpu: [100, 250, 500, 1000, 2000][random.int(5)] + i,
      memory: [128, 256, 512, 1024, 4096][random.int(5)] * 2 ** 20,
      labels: { app: String(i) },
      tolerations: i % 10 === 0 ? [{ key: 'dedicated', operator: 'Exists', value: '', effect: '' }] : [],
      rules: {
        ...(rules ? rulesOf(i, classes) : {}),
        affinity: {
          ...(rules ? rulesOf(i, classes).affinity : {}),
          nodeAffinity: {
            ...(i % 5 === 0
              ? {
                  requiredDuringSchedulingIgnoredDuringExecution: {
                    nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'NotIn', values: ['0'] }] }],
                  },
                }
              : {}),
            ...(i % 3 === 0 ? { preferredDuringSchedulingIgnoredDuringExecution: preferred } : {}),
          },
        },
      },
    }),
  )
}

const context = () => ({ random: new Streams('kubernetes', 0).stream('ties'), now: () => 0, wakeAt: () => undefined })

/** Pods per second of CPU time, and the share of the pods that found no node. */
function kubeRate(scenario: KubeScenario, pods: number, twin = false): { readonly rate: number; readonly unplaced: number } {
  const random = new Streams('kubernetes', 0).stream('bench')
  const cluster = new Cluster()
  let cpu = 0
  for (let i = 0; i < scenario.nodes; i++) {
    const [cores, gib] = SIZES[i % 4]
    const zone = 'abc'[i % 3]
    const effect = random.int(20)
    const taints =
      effect === 0
        ? [{ key: 'dedicated', value: '', effect: 'NoSchedule' as const }]
        : effect === 1
          ? [{ key: 'slow', value: '', effect: 'PreferNoSchedule' as const }]
          : []
    const labels = { 'topology.kubernetes.io/zone': zone, disk: String(random.int(8)) }
    cluster.addNode(template({ cpu: cores * 1000, memory: gib * GiB, pods: 1000, zone, labels, taints }), 0)
    cpu += cores * 1000
  }
  const shapes = shapesOf(scenario, random)
  const member = members.find(({ name }) => name === 'kubernetes')!
  let placer = member.create(valuesOf(member.parameters), context())
  const bound: number[] = []
  let oldest = 0
  let held = 0
  let failed = 0
  const one = (): void => {
    while (held > scenario.full * cpu) {
      held -= cluster.pods.cpu[bound[oldest]]
      cluster.release(bound[oldest++], 0)
    }
    const pod = cluster.createPod(shapes[random.int(shapes.length)], NONE, 0)
    const node = placer.place(pod, cluster.view)
    if (node === NONE || !cluster.bind(pod, node)) {
      failed++
      cluster.deletePending(pod)
      return
    }
    held += cluster.pods.cpu[pod]
    bound.push(pod)
  }
  const enough = (): boolean => held > scenario.full * cpu || failed > 10_000
  while (!enough()) one()
  for (let i = 0; i < 2000; i++) one()
  failed = 0
  if (twin) placer = member.twin!(valuesOf(member.parameters) as never, context())
  const before = process.cpuUsage()
  for (let i = 0; i < pods; i++) one()
  const { user, system } = process.cpuUsage(before)
  return { rate: (pods * 1e6) / (user + system), unplaced: failed / pods }
}

/** The rows: each scenario with its goal in E, the time per event of a hand-inlined M/M/1 on the machine of the run. */
export function kubeRows(short: boolean): BenchRow[] {
  const scenarios: readonly (readonly [string, KubeScenario, number])[] = [
    ['requests, taints and node affinity', { nodes: 5000, classes: 32, full: 0.6, rules: false }, 330],
    ['spread and inter-pod affinity as well', { nodes: 5000, classes: 32, full: 0.6, rules: true }, 800],
    ...(short
      ? []
      : ([
          ['requests, taints and node affinity, 95 % full', { nodes: 5000, classes: 32, full: 0.95, rules: false }, 550],
          ['spread and inter-pod affinity as well, 95 % full', { nodes: 5000, classes: 32, full: 0.95, rules: true }, 1300],
          ['requests, taints and node affinity, 15,000 nodes', { nodes: 15_000, classes: 32, full: 0.6, rules: false }, 670],
          ['spread and inter-pod affinity as well, 15,000 nodes', { nodes: 15_000, classes: 32, full: 0.6, rules: true }, 1600],
        ] as const)),
  ]
  return scenarios.map(([name, scenario, goal], i) => {
    // The machine's speed may change: E is measured beside each row.
    const e = unit()
    const inE = (pods: number, twin = false): number => 1e9 / kubeRate(scenario, pods, twin).rate / e
    const value = inE(short ? 10_000 : 50_000)
    const twin = i < 2 ? { twin: inE(2, true) } : {}
    return { name: `kubernetes: ${name}`, value, unit: 'E a pod', ...twin, goal: `at most ${goal} E` }
  })
}
