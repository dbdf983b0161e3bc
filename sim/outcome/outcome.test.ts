/** Every standard metric by hand, on runs of a handful of requests, pods and nodes. Times of requests in ms, of the run in s. */
import { describe, expect, it } from 'vitest'
import { choose, coming, input, jobsOf, NO_REQUESTS, noDelays, pool, script, service, shape, standing } from '../testing/input.ts'
import type { FlatService, FlatInput } from '../testing/input.ts'
import { CRON_JOB_DEFAULTS } from '../controllers/kubernetes/cron-job.ts'
import type { Batch, DeschedulerSpec, Orchestration, PodShape } from '../input.ts'
import { schedulers } from '../scheduling/index.ts'
import { Simulation } from '../simulation.ts'
import { balancers } from '../slb/index.ts'
import { METRICS } from './standard.ts'

const S = 1e6
const GiB = 1024 ** 3

function run(around: Partial<FlatInput>, deeds: readonly (readonly [at: number, deed: (parts: Simulation['parts']) => unknown])[] = []) {
  const simulation = new Simulation(input({ slb: choose(balancers, 'round-robin'), sample: 10 * S, ...around }))
  for (const [at, deed] of deeds) simulation.parts.simulator.call(at * S, () => void deed(simulation.parts))
  return { ...simulation.run(), parts: simulation.parts }
}

const web = (partial: Partial<FlatService>) => service({ shape: shape({ cpu: 1000, limit: 1000 }), objective: 25_000, ...partial })

/** Requests of 10 ms at a steady gap, with other work where `slow` says so. */
function steady(seconds: number, gap: number, slow: (ms: number) => number | undefined = () => undefined) {
  const rows: [number, number, number][] = []
  for (let ms = 0; ms < seconds * 1000; ms += gap) rows.push([ms, 0, slow(ms) ?? 10])
  return script(rows)
}

describe('requests', () => {
  // Two pods of one thread, in turn. A window from 0.8 to 1 s. Before it: 70 ms of work from 750 on, on pod one, and 10 from 760 on, on pod two.
  // In it, four at 900: 10, 10, 10 and 40 of work: pod one is through at 910 and 920, pod two at 910 and 950. Latencies 10, 10, 20, 50.
  const services = [
    web({
      replicas: 2,
      threads: 1,
      requests: script([
        [750, 0, 70],
        [760, 0, 10],
        [900, 0, 10],
        [900, 0, 10],
        [900, 0, 10],
        [900, 0, 40],
      ]),
    }),
  ]
  const { metrics, refused, latency, parts } = run({ horizon: S, warmup: 0.8 * S, sample: S, services })

  it('belong to the window by arrival', () => {
    expect(parts.clients.list[0].ledger.arrived).toBe(6)
    expect(latency.sum).toBe(90_000)
    expect(metrics['latency-mean']).toBe(22.5)
    expect(metrics['goodput']).toBeCloseTo(3 / 0.2, 12)
    expect(metrics['slo-misses']).toBe(25)
    expect(metrics['retry-amplification']).toBe(1)
    expect(metrics['unfinished']).toBe(0)
  })
  it('queueing share: 10 + 10 waited of 90', () => {
    expect(metrics['queueing-share']).toBeCloseTo((100 * 20) / 90, 12)
  })
  it('in-flight imbalance in the window: (1, 0) for 20 ms, (2, 2) for 10, (1, 1) for 10, (0, 1) for 30', () => {
    expect(metrics['in-flight-imbalance']).toBeCloseTo((20 * 2 + 10 * 1 + 10 * 1 + 30 * 2) / 70, 12)
  })
  it('in flight: of 400 pod·ms 20 at two, 70 at one: the 99th percentile is 2', () => {
    expect(metrics['in-flight-p99']).toBe(2)
  })
  it('quantiles without 100 expected exceedances are refused, with the numbers', () => {
    expect(metrics['latency-p50']).toBeNull()
    expect(refused['latency-p50']).toMatch(/needs 200 observations .* had 4/)
    expect(refused['latency-p99']).toMatch(/needs 10000/)
    expect(refused['latency-p999']).toMatch(/needs 100000/)
  })
  it('200 observations carry a median', () => {
    const result = run({ horizon: 21 * S, sample: 21 * S, services: [web({ requests: steady(20, 100) })] })
    expect(result.metrics['latency-p50']).toBeCloseTo(10, 1)
    expect(result.refused['latency-p50']).toBeUndefined()
  })
  it('unfinished ones miss when they are past their objective: one of 100 ms at 950 of 1000, another at 990', () => {
    const result = run({
      horizon: S,
      sample: S,
      services: [
        web({
          threads: 0,
          requests: script([
            [100, 0, 10],
            [950, 0, 100],
            [990, 0, 100],
          ]),
        }),
      ],
    })
    expect(result.metrics['unfinished']).toBe(2)
    expect(result.metrics['slo-misses']).toBeCloseTo(100 / 3, 12)
    expect(result.metrics['latency-mean']).toBe(10)
  })
  it('a time-out counts in the latencies, a rejection does not; both are misses', () => {
    const result = run({
      horizon: S,
      sample: S,
      services: [
        web({
          threads: 1,
          queue: 0,
          timeout: 30_000,
          requests: script([
            [0, 0, 500],
            [10, 0, 10],
          ]),
        }),
      ],
    })
    expect(result.metrics['latency-mean']).toBe(30)
    expect(result.metrics['errors-timed-out']).toBe(50)
    expect(result.metrics['errors-rejected']).toBe(50)
    expect(result.metrics['slo-misses']).toBe(100)
    expect(result.metrics['cost-per-million']).toBeNull() // nothing good to divide by
  })
  it('services are weighed by their requests', () => {
    const one = web({
      name: 'one',
      requests: script([
        [0, 0, 10],
        [100, 0, 10],
        [200, 0, 50],
      ]),
    })
    const two = web({ name: 'two', objective: 5000, requests: script([[0, 0, 10]]) })
    const result = run({ horizon: S, sample: S, services: [one, two] })
    expect(result.metrics['slo-misses']).toBe(50)
    expect(result.metrics['latency-mean']).toBe(20)
  })
})

describe('violation minutes', () => {
  const late =
    (...seconds: number[]) =>
    (ms: number) =>
      seconds.includes(ms / 1000) ? 50 : undefined

  it('minutes over the allowance: 1 of 120 late is within 1 %, 2 of 120 are not; the warm-up does not count', () => {
    const requests = steady(240, 500, late(10, 20, 30, 70, 130, 140))
    const { metrics } = run({ horizon: 240 * S, warmup: 60 * S, services: [web({ requests })] })
    expect(metrics['slo-violation-minutes']).toBe(1)
  })
  it('a share equal to the allowance is none, whatever its digits: 29 of 100 at 0.29', () => {
    const requests = steady(60, 600, (ms) => (ms < 29 * 600 ? 50 : undefined))
    expect(run({ horizon: 60 * S, services: [web({ allowance: 0.29, requests })] }).metrics['slo-violation-minutes']).toBe(0)
    expect(run({ horizon: 60 * S, services: [web({ allowance: 0.28, requests })] }).metrics['slo-violation-minutes']).toBe(1)
  })
  it('any service will do, a minute counts once', () => {
    const services = [
      web({ name: 'one', requests: steady(180, 500, late(10, 11)) }),
      web({ name: 'two', requests: steady(180, 500, late(15, 16, 130, 131)) }),
    ]
    expect(run({ horizon: 180 * S, services }).metrics['slo-violation-minutes']).toBe(2)
  })
  it('minutes are whole: begun with the first second that lies in the window, no number when there is none', () => {
    // Late at 0.2 s, in the warm-up of 0.4 s, and from 61 to 70 s: in the second minute, 61 to 121 s, which a horizon of 90 s cuts.
    const requests = steady(90, 100, (ms) => (ms === 200 || (ms >= 61_000 && ms < 70_000) ? 50 : undefined))
    const over = (horizon: number) => run({ horizon: horizon * S, warmup: 0.4 * S, services: [web({ allowance: 0.001, requests })] })
    expect(over(90).metrics['slo-violation-minutes']).toBe(0)
    expect(over(121).metrics['slo-violation-minutes']).toBe(1)
    expect(over(60).metrics['slo-violation-minutes']).toBeNull()
    expect(over(60).refused['slo-violation-minutes']).toMatch(/no whole minute/)
  })
})

describe('recovery', () => {
  const recovery = (disturbance: number, bad: (second: number) => boolean) => {
    const requests = steady(700, 1000, (ms) => (bad(ms / 1000) ? 50 : undefined))
    const { metrics, refused } = run({
      horizon: 700 * S,
      sample: 70 * S,
      disturbance: disturbance * S,
      services: [web({ allowance: 0, requests })],
    })
    return metrics['recovery'] ?? refused['recovery']
  }
  it('misses from 310 to 329 s after a disturbance at 300 s: 30 s', () => {
    expect(recovery(300, (second) => second >= 310 && second < 330)).toBe(30)
  })
  it('is counted from the disturbance itself: at 300.25 s, 29.75 s', () => {
    expect(recovery(300.25, (second) => second >= 310 && second < 330)).toBe(29.75)
  })
  it('one miss more at 390 s begins the five minutes anew: 91 s', () => {
    expect(recovery(300, (second) => (second >= 310 && second < 330) || second === 390)).toBe(91)
  })
  it('nothing missed: 0 s; what was missed before it does not matter', () => {
    expect(recovery(300, (second) => second < 300)).toBe(0)
  })
  it('no five minutes left to hold: refused', () => {
    expect(recovery(300, (second) => second === 400)).toMatch(/did not hold for 300 s/)
  })
  it('does not apply without a disturbance', () => {
    const { metrics, refused } = run({ services: [web({})] })
    expect(metrics['recovery']).toBeNull()
    expect(refused['recovery']).toBeUndefined()
  })
})

describe('pods', () => {
  it('never bound are counted from the start: 3 that the warm-up finds, 1 of the window', () => {
    const whole = shape({ cpu: 16_000, memory: 1 })
    const rows = [0, 0, 0, 0, 50_000].map((time) => [time, whole, 1e6] as const)
    const { metrics } = run({ warmup: 30 * S, background: [coming(rows)] })
    expect(metrics['pending-censored']).toBe(4)
  })
  it('wait, are ready, are bound by the minute: 200 pods of which a node of 16 cores takes 160 at once', () => {
    const rows = Array.from({ length: 200 }, () => [5000, shape({ cpu: 100, memory: 1 }), 1e6] as const)
    const { metrics, notes } = run({ background: [coming(rows)], pools: [pool(1, { pods: 1000 })] })
    expect(metrics['pending-p50']).toBe(0)
    expect(metrics['pending-censored']).toBe(40)
    expect(metrics['unscheduled']).toBe(40 * 55)
    expect(metrics['scheduling-throughput']).toBeCloseTo(160 / 60, 12)
    expect(metrics['pending-p99']).toBeNull()
    expect(notes).toEqual([
      '40 pods were waiting for a node at the horizon',
      'the largest group of equal pending pods, 40, could run on 0 of 1 node: 1 has too little free cpu',
    ])
  })
  it('of a service that are not ready at the horizon are counted: of three with 10 cores each, one fits on 16 cores', () => {
    const { metrics, parts } = run({ pools: [pool(1)], services: [web({ replicas: 3, shape: shape({ cpu: 10_000 }) })] })
    expect(metrics['ready-censored']).toBe(2)
    expect(parts.pods.toReady.count).toBe(3)
    expect(parts.pods.toReady.sum).toBe(2 * 60 * S) // the horizon
  })
  it('that fit nowhere are told apart', () => {
    const { notes } = run({ background: [standing([shape({ cpu: 99_000 })])] })
    expect(notes).toEqual([
      '1 pods were waiting for a node at the horizon',
      '1 of them fit no node of any pool, not even an empty one',
      'the largest group of equal pending pods, 1, could run on 0 of 1 node: 1 has too little free cpu',
    ])
  })
})

describe('nodes', () => {
  it('allocation and usage: 4 of 16 cores from 10 to 30 s of a window of 10 to 60 s, half used; memory 16 of 64 GiB; a GPU of two', () => {
    const background = [
      coming([
        [0, shape({ cpu: 8000, memory: 32 * GiB, usage: 1 }), 10_000],
        [10_000, shape({ cpu: 4000, memory: 16 * GiB, gpus: 1, gpuMilli: 500, usage: 0.5 }), 20_000],
      ]),
    ]
    const { metrics } = run({ warmup: 10 * S, pools: [pool(1, { gpus: 2, gpuModel: 'T4' })], background })
    expect(metrics['allocation-cpu']).toBeCloseTo((100 * 4 * 20) / (16 * 50), 10)
    expect(metrics['allocation-memory']).toBeCloseTo((100 * 16 * 20) / (64 * 50), 10)
    expect(metrics['allocation-gpu']).toBeCloseTo((100 * 0.5 * 20) / (2 * 50), 10)
    expect(metrics['usage-cpu']).toBeCloseTo((100 * 2 * 20) / (16 * 50), 10)
    expect(metrics['interference']).toBe(0)
  })
  it('interference: 6 cores wanted of 4 from 0 to 30 s, 3 from then on: 60 of 270 core·s not delivered', () => {
    const background = [
      coming([
        [0, shape({ cpu: 1000, usage: 3 }), 30_000],
        [0, shape({ cpu: 1000, usage: 3 }), 1e6],
      ]),
    ]
    const { metrics } = run({ pools: [pool(1, { cpu: 4000 })], background })
    expect(metrics['interference']).toBeCloseTo((100 * 60) / 270, 10)
    expect(metrics['usage-cpu']).toBeCloseTo((100 * (4 * 30 + 3 * 30)) / (4 * 60), 10)
  })
  it('cost, mean and peak of nodes that join and leave, in the window only', () => {
    // 4 nodes at 0.36 $/h, two leave at 5 s. Window 10 to 60 s: 2 nodes, one joins at 30 s, one leaves at 50 s: 100 + 30 - 10 = 120 node·s at 0.0001 $.
    const pools = [pool(4, { price: 360_000 }, { min: 1, max: 5, provision: 10 * S })]
    const services = [
      web({
        requests: script([
          [20_000, 0, 10],
          [21_000, 0, 10],
        ]),
      }),
    ]
    const { metrics } = run({ warmup: 10 * S, pools, services }, [
      [5, ({ autoscaling }) => [2, 3].map((node) => autoscaling.drain(node))],
      [20, ({ nodes }) => nodes.order(0, 1)],
      [50, ({ autoscaling }) => autoscaling.drain(1)],
    ])
    expect(metrics['cost']).toBeCloseTo(0.012, 12)
    expect(metrics['cost-per-million']).toBeCloseTo(6000, 8)
    expect(metrics['nodes-mean']).toBeCloseTo(120 / 50, 12)
    expect(metrics['nodes-peak']).toBe(3)
    expect(metrics['scaling-actions']).toBeCloseTo(1 / (50 / 3600), 10)
  })
  it('prices apart: 1 node at 0.36 $/h and 2 at 3.6 $/h for a minute', () => {
    const pools = [pool(1, { price: 360_000 }), { ...pool(2, { price: 3_600_000 }), name: 'dear' }]
    expect(run({ pools }).metrics['cost']).toBeCloseTo(0.006 + 0.12, 12)
  })
  it('packing gap: two small pods on two nodes where one would do, until one leaves at 25 s: samples at 10, 20: 100 %, at 30 to 60: 0', () => {
    const background = [
      coming([
        [0, shape(), 25_000],
        [0, shape(), 1e6],
      ]),
    ]
    const { metrics } = run({ pools: [pool(2)], background })
    expect(metrics['packing-gap']).toBeCloseTo((2 * 100 + 4 * 0) / 6, 12)
  })
  it('stranded CPU: a pod of 10 leaves 6 of 16 cores where the next pod of 10 does not fit', () => {
    const { metrics } = run({
      scheduling: choose(schedulers, 'first-fit'),
      pools: [pool(2)],
      background: [standing([shape({ cpu: 10_000 })])],
    })
    expect(metrics['stranded-cpu']).toBeCloseTo((100 * 6) / 32, 12)
  })
  it('stranded GPU: a pod of 600 milli leaves 400 of 2000 where the next does not fit', () => {
    const { metrics } = run({ pools: [pool(1, { gpus: 2, gpuModel: 'T4' })], background: [standing([shape({ gpus: 1, gpuMilli: 600 })])] })
    expect(metrics['stranded-gpu']).toBeCloseTo((100 * 400) / 2000, 12)
  })
})

describe('the time series', () => {
  it('demand and misses of each step, ready pods, nodes and use at its end', () => {
    // 4 requests in the first second (one late), none in the second, 2 in the third; 80, 0 and 20 ms of work on a request of 1 core.
    const requests = script([
      [0, 0, 10],
      [100, 0, 10],
      [200, 0, 50],
      [900, 0, 10],
      [2100, 0, 10],
      [2500, 0, 10],
    ])
    const { series } = run({ horizon: 3 * S, sample: S, services: [web({ requests })] })
    const column = (name: string) => [...(series.columns.find((c) => c.name === name)!.values as Float64Array)]
    expect(column('time')).toEqual([1, 2, 3])
    expect(column('demand')).toEqual([4, 0, 2])
    expect(column('misses')).toEqual([25, NaN, 0])
    expect(column('ready')).toEqual([1, 1, 1])
    const utilization = column('utilization')
    expect(utilization[0]).toBeCloseTo(8, 9)
    expect(utilization[1]).toBe(0)
    expect(utilization[2]).toBeCloseTo(2, 9)
  })
  it('steps below a second show the misses of the seconds they touch', () => {
    const { series } = run({
      horizon: 2 * S,
      sample: 500_000,
      services: [
        web({
          requests: script([
            [0, 0, 50],
            [1200, 0, 10],
          ]),
        }),
      ],
    })
    expect([...(series.columns.find((c) => c.name === 'misses')!.values as Float64Array)]).toEqual([100, 100, 0, 0])
  })
  it('use over request is of the pods that are ready: one on its way out does not count', () => {
    const requests = script([[0, 0, 60_000]])
    const { series } = run({ horizon: 30 * S, services: [web({ replicas: 1, minReplicas: 0, requests })] }, [
      [10.5, ({ replicaSets }) => replicaSets.scale(0, 0)],
    ])
    const utilization = [...(series.columns.find((c) => c.name === 'utilization')!.values as Float64Array)]
    expect(utilization[0]).toBeCloseTo(100, 9)
    expect(utilization.slice(1)).toEqual([NaN, NaN])
  })
})

/** A Deployment of the workload that moves to its second version at once. */
function rolledOut(workload: number, of: PodShape): Orchestration {
  const probe = { initialDelay: 0, period: 100 * S, timeout: S, successThreshold: 1, failureThreshold: 3, answer: { time: 0 } }
  const version = {
    shape: of,
    pull: 0,
    start: S,
    ready: true,
    crashAfter: Infinity,
    slowness: 1,
    errors: 0,
    probes: { readiness: probe, liveness: probe },
    memory: { base: 0, perRequest: 0, leak: 0, max: Infinity, limit: 1 },
  }
  return {
    workloads: [
      {
        workload,
        controller: {
          kind: 'deployment',
          strategy: { type: 'Recreate' },
          minReady: 0,
          progressDeadline: Infinity,
          revisionHistory: 10,
          rollback: false,
        },
        versions: [
          { name: 'v1', ...version, image },
          { name: 'v2', ...version, image },
        ],
        budget: null,
        toleration: Infinity,
      },
    ],
    actions: [
      { at: S, kind: 'set-version', workload, version: 1 },
      { at: 50 * S, kind: 'drain', nodes: { pool: 0, count: 1 } },
    ],
    faults: [{ at: 100 * S, kind: 'node-crash', nodes: { pool: 1, count: 1 }, duration: 10 * S }],
    images: IMAGES,
    eviction: { hard: 0, soft: 0, softGrace: 0, maxPodGrace: 0, minimumReclaim: 0, transition: 0 },
    latency: 0,
    nodeGrace: 50 * S,
  }
}

const LIMITS = { qps: 1e6, burst: 100_000 }

const image = { name: 'web', layers: [{ name: 'web', size: 1 }], policy: 'IfNotPresent' } as const

const IMAGES = {
  latency: 0,
  bandwidth: 1,
  total: Infinity,
  parallel: 1,
  qps: 5,
  burst: 10,
  disk: Infinity,
  highThreshold: 85,
  lowThreshold: 80,
  minAge: 0,
  prepulled: [],
}

/** A CronJob whose Jobs run for a second. */
const scheduled = (one: PodShape): Batch => ({
  workloads: [
    {
      name: 'nightly',
      controller: { kind: 'cron-job', cronJob: { schedule: '* * * * *', ...CRON_JOB_DEFAULTS }, job: {} },
      versions: [{ name: 'v1', shape: one, duration: { kind: 'constant', value: S }, failures: 0, exitCodes: [{ code: 1, weight: 1 }] }],
      scheduler: 0,
      at: 0,
      grace: 0,
    },
  ],
  latency: 0,
  clock: 0,
})

/** Empties the node of the controlled pod, which has fewer pods than the others. */
const EMPTYING: DeschedulerSpec = {
  every: 900 * S,
  limits: { total: 1 },
  evictor: {
    ...{ nodeFit: false, minReplicas: 0, minPodAge: 0, evictLocalStoragePods: false, evictSystemCriticalPods: false },
    ...{ ignorePvcPods: false, ignorePodsWithoutPDB: false },
  },
  plugins: [
    { kind: 'HighNodeUtilization', thresholds: { pods: 1 }, numberOfNodes: 0, excludedNamespaces: [], onlyThresholdingResources: false },
  ],
}

/** A device without limits but for its processor. */
const DEVICE = {
  architecture: 'nat',
  count: 1,
  packets: 1e6,
  entryTimeout: 0,
  timeWait: 0,
  delay: 0,
  buffer: S,
  state: 'table',
  standby: true,
  failover: 0,
  failures: [],
} as const

const EXPOSURE = {
  type: 'ClusterIP',
  internalTrafficPolicy: 'Cluster',
  externalTrafficPolicy: 'Cluster',
  trafficDistribution: 'Any',
  affinity: 0,
  checks: { interval: S, fall: 1, rise: 1 },
} as const
const DNS = { resolvers: 1, ttl: S, servers: 1, cache: 0, hold: 0, pick: 'first', lookup: 0, propagation: 0 } as const

describe('the list', () => {
  it('has a word on every metric in every run: a number, or null', () => {
    for (const around of [{}, { services: [web({})] }, { background: [standing([shape()])] }]) {
      const { metrics } = run({ delays: noDelays, ...around })
      expect(Object.keys(metrics).sort()).toEqual(METRICS.map(({ id }) => id).sort())
    }
  })
  it('has no metric that is never a number', () => {
    // Many short requests, a drain and a crash, 10,000 pods that wait, 10,000 pods that become ready, a GPU, a disturbance that nobody feels.
    const small = shape({ cpu: 1, memory: 1, limit: 1000, gpus: 0 })
    const many = web({
      replicas: 10_000,
      objective: 1_000_000,
      shape: small,
      requests: steady(1000, 10),
      hedge: { after: 0, limit: 1, budget: 1, cancel: true, tied: false },
      concurrency: { algorithm: 'aimd', initial: 20, min: 1, max: 200, timeout: 5 * S },
      signals: { delay: 0, loss: 0, cost: 1 },
      connections: { clients: 10, streams: 1, idle: 10, maxAge: Infinity, handshakes: 0 },
      path: { devices: [0], request: 100, response: 100 },
      routing: {
        zones: { mode: 'prefer', minimum: 6, delay: 0 },
        checks: { interval: 300 * S, fall: 3, rise: 2 },
        outliers: {
          consecutive: 5,
          interval: 300 * S,
          ejection: 30 * S,
          maxEjection: 300 * S,
          maxShare: 0.1,
          deviations: 0,
          requests: 100,
          backends: 5,
        },
        panic: 0.5,
      },
    })
    const few = web({ shape: small, requests: steady(1000, 1000) })
    const proxied = { ...few, name: 'proxied', replicas: 40, exposure: EXPOSURE }
    const rows = Array.from({ length: 10_000 }, (_, i) => [i * 10, shape({ cpu: 100, memory: 1, gpus: 1, gpuMilli: 1 }), 1] as const)
    const { metrics } = run({
      horizon: 1001 * S,
      sample: 100 * S,
      disturbance: 0,
      check: false,
      pools: [
        pool(20, { pods: 20_000, gpus: 8, gpuModel: 'T4' }),
        // The node of the controlled pod, which crashes.
        pool(1, { taints: [{ key: 'crashes', value: '', effect: 'NoSchedule' }], labels: { crashes: 'yes' } }, { name: 'crashes' }),
      ],
      services: [many, { ...many, name: 'rolled', replicas: 1, requests: NO_REQUESTS }, proxied, { ...few, name: 'named', dns: DNS }],
      kubeProxy: { minSync: 0, sync: 0, watch: 0, zoneDelay: 0, hop: 0 },
      orchestration: rolledOut(1, {
        ...small,
        nodeSelector: { crashes: 'yes' },
        tolerations: [{ key: 'crashes', operator: 'Exists', value: '', effect: '' }],
      }),
      batch: scheduled(small),
      devices: [{ name: 'lb', ...DEVICE }],
      assessment: {
        every: 10 * S,
        demandOver: 10 * S,
        demand: [{ service: 0, perPod: 1 }],
        power: [{ curve: [100, 200] }],
        pue: 1,
        carbon: [{ at: 0, intensity: 400 }],
        carbonPeriod: 0,
      },
      apiClients: { controllers: LIMITS, scheduler: LIMITS, kubelets: LIMITS },
      apiServer: { latency: { kind: 'constant', value: 1 }, inFlight: 600, fairness: true },
      admission: { quotas: [{ namespace: 'default', name: 'compute', hard: { pods: 1 }, scopes: [] }], latency: 0 },
      descheduler: EMPTYING,
      schedulers: [
        {
          name: 'second',
          algorithm: choose(schedulers, 'first-fit'),
          decision: 0,
          perNode: 0,
          view: 'snapshot',
          refresh: 0,
        },
        { name: 'offering', algorithm: choose(schedulers, 'mesos'), decision: 0, perNode: 0, view: 'live', refresh: 0 },
      ],
      background: [
        {
          ...coming([
            [0, small, 1],
            [1, small, 1],
            [400_000, small, 1],
          ]),
          name: 'offered',
          scheduler: 2,
        },
        coming(rows),
        jobsOf(
          rows,
          rows.map(() => 1),
          ['a', 'b'],
        ),
      ],
    })
    // Those of storage: storage-metrics.test.ts. Those of language models: inference.test.ts of serving. Oscillation is a number when replicas have turned: assessment.test.ts of experiments/file.
    const ids = METRICS.filter(({ group, id }) => group !== 'storage' && group !== 'inference' && id !== 'oscillation').map(({ id }) => id)
    expect(ids.filter((id) => metrics[id] === null)).toEqual([])
  })
})
