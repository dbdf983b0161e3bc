/** Names that users of other systems type, and what does the same here; for the messages about unknown names. */
import { FAMILY_PATHS, familyOf, type FamilyPath } from './families.ts'

/** What to write instead, as YAML, and where it differs. */
interface Pointer {
  readonly use: string
  readonly but?: string
}

type Pointers = ReadonlyMap<string, Pointer>

const pointers = (entries: Readonly<Record<string, Pointer>>): Pointers => new Map(Object.entries(entries))

const HPA = { use: 'hpa' }
const RING = { use: 'envoy-ring-hash' }
const KUBE = { use: 'kubernetes' }

const BY_FAMILY: ReadonlyMap<FamilyPath, Pointers> = new Map([
  [
    'slb',
    pointers({
      peak_ewma: { use: 'peak-ewma' },
      linkerd: { use: 'peak-ewma' },
      tower: { use: 'peak-ewma' },
      ewma: { use: 'least-response-time' },
      'least-request': { use: 'envoy-least-request' },
      least_request: { use: 'envoy-least-request' },
      least_request_experimental: { use: 'grpc-least-request' },
      'least-requests': { use: 'least-connections' },
      leastconn: { use: 'haproxy-leastconn' },
      least_conn: { use: 'nginx-least-conn' },
      p2c: { use: 'two-choices' },
      'ring-hash': RING,
      ring_hash: RING,
      ketama: { use: '{ name: source-hash, hash: ring }' },
      'ip-hash': { use: 'nginx-ip-hash' },
      ip_hash: { use: 'nginx-ip-hash' },
      rr: { use: 'round-robin' },
      wrr: { use: 'weighted-round-robin' },
      lc: { use: 'least-connections' },
      wlc: { use: 'weighted-least-connections' },
      sed: { use: '{ name: weighted-least-connections, rule: sed }' },
      nq: { use: '{ name: weighted-least-connections, rule: nq }' },
      sh: { use: 'source-hash' },
      jsq: { use: 'join-shortest-queue' },
      jiq: { use: 'join-idle-queue' },
    }),
  ],
  [
    'autoscaling.replicas',
    pointers({
      'horizontal-pod-autoscaler': HPA,
      HorizontalPodAutoscaler: HPA,
      'target-tracking': { use: 'aws-target-tracking' },
      'simple-scaling': { use: 'aws-simple' },
      ScaledObject: { use: 'keda' },
      arima: { use: 'autoregressive' },
      'step-scaling': { use: 'step' },
      cron: { use: 'scheduled' },
      kpa: { use: 'knative' },
      PodAutoscaler: { use: 'knative' },
    }),
  ],
  [
    'autoscaling.nodes',
    pointers({
      ClusterAutoscaler: { use: 'cluster-autoscaler' },
      NodePool: { use: 'karpenter' },
    }),
  ],
  ['autoscaling.sizes', pointers({ 'vertical-pod-autoscaler': { use: 'vpa' }, VerticalPodAutoscaler: { use: 'vpa' } })],
  [
    'scheduling',
    pointers({
      'default-scheduler': KUBE,
      'kube-scheduler': KUBE,
      spread: { use: 'least-allocated' },
      binpack: { use: 'most-allocated' },
      NodeResourcesLeastAllocated: { use: 'least-allocated' },
      NodeResourcesMostAllocated: { use: 'most-allocated' },
      NodeResourcesBalancedAllocation: { use: 'balanced' },
      LeastAllocated: { use: 'least-allocated' },
      MostAllocated: { use: 'most-allocated' },
      tetris: { use: 'dot-product' },
    }),
  ],
  ['binpacking', pointers({ ffd: { use: 'first-fit-decreasing' }, bfd: { use: 'best-fit-decreasing' } })],
])

const METRIC_NAMES: Pointers = pointers({
  p50: { use: 'latency-p50' },
  median: { use: 'latency-p50' },
  p99: { use: 'latency-p99' },
  p999: { use: 'latency-p999' },
  'latency-avg': { use: 'latency-mean' },
  avg: { use: 'latency-mean' },
  latency: { use: 'latency-p99' },
  rps: { use: 'goodput' },
  throughput: { use: 'goodput' },
})

/** Keys of an algorithm or a section, with the key here. */
const KEY_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['behavior', ['rules', 'scaleUpPolicies', 'scaleDownPolicies', 'scaleDownWindow']],
  ['stabilizationWindowSeconds', ['scaleDownWindow']],
  ['targetCPUUtilizationPercentage', ['target']],
  ['averageUtilization', ['target']],
  ['syncPeriod', ['every']],
  ['requests', ['cpu', 'memory']],
  ['limits', ['limit']],
  ['parallelism', ['tasks']],
])

const textOf = (pointer: Pointer | undefined): string =>
  pointer === undefined ? '' : ` (here it is ${pointer.use}${pointer.but === undefined ? '' : `: ${pointer.but}`})`

/** " (here it is kubernetes)" for the name of another system; empty for other names. */
export const peerOf = (family: FamilyPath, name: string): string => textOf(BY_FAMILY.get(family)?.get(name)) || otherFamily(name)

/** " (it is an algorithm of autoscaling.replicas)" for a name that another family has. */
function otherFamily(name: string): string {
  const found = FAMILY_PATHS.find((path) => familyOf(path).all.some((one) => one.name === name) || BY_FAMILY.get(path)?.has(name) === true)
  return found === undefined ? '' : ` (it is an algorithm of ${found})`
}

/** The same for a name where the section of several families is meant. */
export const familyHint = (value: unknown): string => (typeof value === 'string' ? otherFamily(value) : '')

/** The same for a metric; a percentile such as p95 or p999 is a quantile of the latency. */
export function metricPeer(name: string): string {
  const digits = /^(?:latency-)?p(\d{2,4})$/.exec(name)?.[1]
  if (digits === undefined) return textOf(METRIC_NAMES.get(name))
  return ` (here it is latency-p${digits.slice(0, 2)}${digits.length > 2 ? `.${digits.slice(2)}` : ''})`
}

/** The same for a key, when what it is called here is among the known keys. */
export function keyPeer(name: string, known: readonly string[]): string {
  const keys = KEY_NAMES.get(name)?.filter((key) => known.includes(key)) ?? []
  return keys.length === 0 ? '' : ` (here it is ${keys.join(' and ')})`
}

/** Every pointer of a family, for the test that follows them. */
export const pointersOf = (family: FamilyPath): readonly string[] => [...(BY_FAMILY.get(family)?.values() ?? [])].map(({ use }) => use)
