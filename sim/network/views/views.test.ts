/** kube-proxy and DNS: rules of Kubernetes by hand, sync times, and closed forms. */
import { describe, expect, test } from 'vitest'
import { NONE } from '../../common/ids.ts'
import { Streams } from '../../random/stream.ts'
import type { DnsSpec, Exposure } from '../../serving/access-spec.ts'
import { Servers } from '../../serving/servers.ts'
import { balancers } from '../../slb/index.ts'
import { Simulation } from '../../simulation.ts'
import {
  call,
  choose,
  input,
  NO_REQUESTS,
  pool,
  requests,
  service,
  shape,
  template,
  type FlatInput,
  type FlatService,
} from '../../testing/input.ts'
import { DnsRoute } from './dns.ts'
import { EndpointHistory } from './endpoint-history.ts'
import { NodeClocks } from './node-clocks.ts'
import type { KubeProxySpec } from './spec.ts'
import type { ViewsRun } from './viewed-route.ts'

const SECOND = 1e6
const plain: KubeProxySpec = { minSync: SECOND, sync: 0, watch: 0, zoneDelay: 0, hop: 0 }
const exposure: Exposure = {
  type: 'ClusterIP',
  internalTrafficPolicy: 'Cluster',
  externalTrafficPolicy: 'Cluster',
  trafficDistribution: 'Any',
  affinity: 0,
  checks: { interval: 10 * SECOND, fall: 3, rise: 3 },
}
const uniform = (name: string) => new Streams(1, 0).keyed(name)

describe('sync of rules', () => {
  test('a change at rest holds after one sync; changes during a sync and in minSync after its end share the next one', () => {
    const clocks = new NodeClocks({ ...plain, sync: 50_000 }, uniform('watches'))
    const at = [10, 10.02, 10.5, 11.04, 12.2].map((time) => clocks.note(time * SECOND))
    // The first sync is 10 to 10.05; the next may begin at 11.05 and covers three changes until 11.1; then 12.2 is after 12.1 + 0.
    expect(at.map((change) => clocks.effective(0, change) / SECOND)).toEqual([10.05, 11.1, 11.1, 11.1, 12.25])
    clocks.advance(0, 11.09 * SECOND)
    expect(clocks.applied[0]).toBe(1)
    clocks.advance(0, 11.1 * SECOND)
    expect(clocks.applied[0]).toBe(4)
  })

  test('with a minimum of 0 each change has a sync of its own unless one is running', () => {
    const clocks = new NodeClocks({ ...plain, minSync: 0, sync: 30_000 }, uniform('watches'))
    const at = [1, 1.01, 1.02, 2].map((time) => clocks.note(time * SECOND))
    expect(at.map((change) => Math.round(clocks.effective(3, change) / 1000))).toEqual([1030, 1060, 1060, 2030])
  })

  test('a node hears later than another by a constant time below `watch`, in order', () => {
    const clocks = new NodeClocks({ ...plain, minSync: 0, watch: SECOND }, uniform('watches'))
    const first = clocks.note(5 * SECOND)
    const second = clocks.note(9 * SECOND)
    for (let node = 0; node < 50; node++) {
      const heard = clocks.effective(node, first) - 5 * SECOND
      expect(heard).toBeGreaterThanOrEqual(0)
      expect(heard).toBeLessThan(SECOND)
      expect(clocks.effective(node, second) - 9 * SECOND).toBe(heard)
    }
  })
})

/** A server on a node, as a pod that is ready has one. */
function opened(servers: Servers, pod: number, node: number): number {
  const opening = { pod, node, service: 0, request: 1000, limit: 1000, workload: { threads: 1, queue: 1, weight: 1 } }
  return servers.open(opening, 0)
}

describe('views of endpoints', () => {
  test('a view after any number of changes is the list that plain addition and removal give, whatever was asked before', () => {
    const servers = new Servers()
    const history = new EndpointHistory(servers)
    const random = new Streams(3, 0).stream('churn')
    const present: number[] = []
    const lists: number[][] = [[]]
    const podOf: number[] = []
    for (let change = 0; change < 400; change++) {
      if (present.length < 3 || random.next() < 0.52) {
        const pod = change
        const server = opened(servers, pod, change % 7)
        history.added(pod, server, change % 3, change, change)
        podOf[server] = pod
        present.push(pod)
      } else {
        const [pod] = present.splice(random.int(present.length), 1)
        history.removed(pod, change, change)
        if (random.next() < 0.7) servers.give(servers.of(pod))
      }
      lists.push([...present])
    }
    for (let asked = 0; asked < 300; asked++) {
      const count = random.int(401)
      const view = history.viewAt(count)
      expect(view.slots.length).toBe(lists[count].length)
      expect(Array.from(view.nodes)).toEqual(lists[count].map((pod) => pod % 7))
      expect(history.countBelow(count)).toBe(count)
    }
  })
})

const works = requests(400, { kind: 'constant', value: 100 })

/** Whole runs: four nodes in two zones with room for two pods each. */
function run(kubeProxy: KubeProxySpec, one: Partial<FlatService>, rest: Partial<FlatInput> = {}) {
  const zones = ['a', 'b'].map((zone) => template({ cpu: 2000, zone }))
  const simulation = new Simulation(
    input({
      horizon: 25e6,
      warmup: 5e6,
      check: false,
      pools: [{ ...pool(4), templates: zones, initial: Int32Array.of(0, 0, 1, 1) }],
      kubeProxy,
      services: [service({ replicas: 3, threads: 0, timeout: 1e6, shape: shape({ cpu: 1000 }), requests: works, exposure, ...one })],
      ...rest,
    }),
  )
  const { metrics } = simulation.run()
  return { metrics, parts: simulation.parts }
}

describe('kube-proxy', () => {
  test('iptables: every pod gets its n-th of the connections, whatever the node: Jain near 1, and (nodes elsewhere) / nodes cross zones', () => {
    const { metrics, parts } = run(plain, {})
    expect(metrics['request-fairness']).toBeGreaterThan(0.99)
    const { views } = parts.network
    expect(views!.counts().picks).toBeGreaterThan(7_500)
    // Clients are on all nodes evenly, half of them in each zone, so half of the picks are in another zone.
    expect(Math.abs(metrics['cross-zone-share']! - 50)).toBeLessThan(2)
  })

  test('Local drops what comes from nodes without a pod: 1 of 4 nodes with 3 pods, by the timeout; Cluster drops nothing', () => {
    const { metrics } = run(plain, { exposure: { ...exposure, internalTrafficPolicy: 'Local' } })
    expect(Math.abs(metrics['proxy-drops']! - 25)).toBeLessThan(1.5)
    expect(Math.abs(metrics['errors-timed-out']! - 25)).toBeLessThan(1.5)
    expect(run(plain, {}).metrics['proxy-drops']).toBe(0)
  })

  test('a load balancer in front of Local nodes sends to those with pods only, and each node gets an equal share', () => {
    const local: Exposure = { ...exposure, type: 'LoadBalancer', externalTrafficPolicy: 'Local' }
    const { metrics } = run(plain, { exposure: local })
    expect(metrics['proxy-drops']).toBe(0)
    expect(metrics['errors-timed-out']).toBe(0)
    // 5 pods on 4 nodes: the node with two pods gets a quarter as the others do: x = 2, 2, 2, 1, 1; Jain 64 / (5 × 14).
    const uneven = run(plain, { exposure: local, replicas: 5 })
    expect(Math.abs(uneven.metrics['request-fairness']! - 64 / 70)).toBeLessThan(0.01)
  })

  test('PreferSameZone keeps traffic in zones that have an endpoint, PreferSameNode on nodes that have one', () => {
    const near = run(plain, { exposure: { ...exposure, trafficDistribution: 'PreferSameZone' } })
    expect(near.metrics['cross-zone-share']).toBe(0)
    const same = run(plain, { exposure: { ...exposure, trafficDistribution: 'PreferSameNode' } })
    expect(same.metrics['cross-zone-share']).toBe(0)
    // Two nodes of one zone have a pod each; of the other zone one has, and takes both: x = 1, 1, 2.
    expect(Math.abs(same.metrics['request-fairness']! - 16 / 18)).toBeLessThan(0.01)
    const alone = run(plain, { replicas: 1, exposure: { ...exposure, trafficDistribution: 'PreferSameZone' } })
    expect(Math.abs(alone.metrics['cross-zone-share']! - 50)).toBeLessThan(2)
  })

  test('traffic from outside by another node takes a hop more each way: (n - 1) / n of two hops', () => {
    const mean = (hop: number): number =>
      run({ ...plain, hop }, { replicas: 1, networkDelay: 100, exposure: { ...exposure, type: 'NodePort' } }).metrics['latency-mean']!
    expect(Math.abs(mean(1000) - mean(0) - 2 * 0.75)).toBeLessThan(0.05)
  })

  test('ipvs rr: each node takes turns of its own; lc counts connections of its node alone', () => {
    const ipvs = choose(balancers, 'round-robin')
    const { parts } = run({ ...plain, ipvs }, { exposure })
    const entered = [0, 1, 2].map((server) => parts.servers.entered[server])
    // Four turns of three: within four of each other.
    expect(Math.max(...entered) - Math.min(...entered)).toBeLessThanOrEqual(4)
    const busy = { threads: 1, requests: requests(2000, { kind: 'exponential', mean: 1000 }) }
    const one = { pools: [pool(1, { cpu: 4000 })] }
    const least = run({ ...plain, ipvs: choose(balancers, 'weighted-least-connections') }, busy, one)
    const any = run(plain, busy, one)
    // Three M/M/1 at 2/3 have a mean of 3 ms; the shortest of three queues is near M/M/3, 1.44 ms.
    expect(Math.abs(any.metrics['latency-mean']! - 3)).toBeLessThan(0.3)
    expect(least.metrics['latency-mean']).toBeLessThan(1.8)
  })

  test('calls start at the node of the calling pod: with Local they reach the pod beside it', () => {
    const front = service({
      name: 'front',
      replicas: 4,
      shape: shape({ cpu: 500 }),
      threads: 0,
      timeout: 1e6,
      requests: works,
      exposure,
      steps: [{ calls: [0] }],
    })
    const back = service({
      name: 'back',
      replicas: 4,
      shape: shape({ cpu: 500 }),
      threads: 0,
      requests: NO_REQUESTS,
      exposure: { ...exposure, internalTrafficPolicy: 'Local' },
    })
    const { metrics, parts } = run(
      plain,
      {},
      { services: [front, back], calls: [call({ name: 'front>back', caller: 0, service: 1, timeout: 1e6 })] },
    )
    expect(metrics['proxy-drops']).toBe(0)
    const { views } = parts.network
    expect(views!.routes[1]!.counts.crossings).toBe(0)
    expect(views!.routes[1]!.counts.picks).toBeGreaterThan(7_500)
  })
})

/** Resolvers under churn: pods are replaced at rate `rate` each [1/s]; each resolver picks at rate `picks` [1/s]. The share of picks of former pods. */
function staleShare(spec: Partial<DnsSpec>, rate: number, { pods = 40, picks = 2, seconds = 3000 } = {}): number {
  const servers = new Servers()
  const full: DnsSpec = {
    resolvers: 20,
    ttl: 30 * SECOND,
    servers: 1,
    cache: 0,
    hold: 0,
    pick: 'random',
    lookup: 0,
    propagation: 0,
    ...spec,
  }
  const streams = new Streams(5, 0)
  const simulator = { now: 0 }
  const row = { instance: [0], attempt: [0], ordinal: [0], slot: [NONE], slotEpoch: [0], server: [NONE], serverEpoch: [0] }
  const route = new DnsRoute({ simulator, servers, streams, requests: row } as unknown as ViewsRun, 'web', full)
  const random = streams.stream('test')
  const present: number[] = []
  let next = 0
  const join = (now: number): void => {
    const pod = next++
    route.added(pod, opened(servers, pod, 0), now, now === 0)
    present.push(pod)
  }
  for (let i = 0; i < pods; i++) join(0)
  const total = pods * rate + full.resolvers * picks
  for (let time = 0; time < seconds * SECOND; time += (-Math.log(1 - random.next()) / total) * SECOND) {
    simulator.now = time
    if (random.next() * total < pods * rate) {
      const [pod] = present.splice(random.int(pods), 1)
      route.removed(pod, time)
      servers.give(servers.of(pod))
      join(time)
    } else {
      row.instance[0] = random.int(full.resolvers)
      row.ordinal[0]++
      route.choose(0)
    }
  }
  return route.counts.stale / route.counts.picks
}

describe('DNS', () => {
  const rate = 1 / 60
  const picks = 2
  const stale = (life: number): number => (picks * (life - (1 - Math.exp(-rate * life)) / rate)) / (1 + picks * life)

  test('pods replaced at rate r, answers kept for T and asked for at the next pick (rate p): stale share p (T - (1 - e^(-rT)) / r) / (1 + p T)', () => {
    expect(Math.abs(staleShare({}, rate) / stale(30) - 1)).toBeLessThan(0.05)
    expect(Math.abs(staleShare({ ttl: 5 * SECOND }, rate) / stale(5) - 1)).toBeLessThan(0.08)
    expect(Math.abs(staleShare({ ttl: 5 * SECOND, hold: 60 * SECOND }, rate) / stale(60) - 1)).toBeLessThan(0.05)
  })

  test('a server that keeps answers hands out what is left of their TTL, so that nothing is older than the TTL; clients that hold for ever call pods of the start', () => {
    const cached = staleShare({ cache: 30 * SECOND }, rate)
    // All resolvers ask anew when the server does: ages are uniform up to the TTL, as with a pick at the very moment of expiry.
    const limit = 1 - (1 - Math.exp(-rate * 30)) / (rate * 30)
    expect(Math.abs(cached / limit - 1)).toBeLessThan(0.05)
    expect(staleShare({ hold: Infinity }, rate, { seconds: 1000 })).toBeGreaterThan(0.9)
  })
})
