/** Calls between services, followed by hand: a few requests each, with the arithmetic beside them. Times in ms. Every law is checked. */
import { describe, expect, it } from 'vitest'
import { Cause } from '../measure/ledger.ts'
import { Simulation } from '../simulation.ts'
import { balancers } from '../slb/index.ts'
import { call, choose, cost, input, NO_REQUESTS, pool, script, service, shape, type FlatInput, type FlatService } from '../testing/input.ts'
import type { Call, Step } from '../input.ts'

const core = shape({ cpu: 100, limit: 1000, memory: 1 })
const ms = (value: number) => cost({ kind: 'constant', value: value * 1000 })

type Tier = Partial<FlatService> & { readonly name: string }
const tier = (partial: Tier): FlatService => service({ shape: core, threads: 0, requests: NO_REQUESTS, ...partial })
const front = (rows: readonly (readonly [number, number, number])[], steps: readonly Step[], partial: Partial<FlatService> = {}) =>
  tier({ name: 'front', requests: script(rows), steps, ...partial })

function run(services: readonly FlatService[], calls: readonly Call[], around: Partial<FlatInput> = {}) {
  const simulation = new Simulation({ ...input({ horizon: 10e6, pools: [pool(4)], services, ...around }), calls })
  const { metrics } = simulation.run()
  const [outside, ...edges] = simulation.parts.clients.all.map(({ ledger }) => ledger)
  return { simulation, metrics, outside, edges }
}

const api = tier({ name: 'api' })
const db = tier({ name: 'db' })
const toApi = (partial: Partial<Call> = {}) => call({ name: 'front->api', caller: 0, service: 1, cost: ms(20), ...partial })
const toDb = (partial: Partial<Call> = {}) => call({ name: 'front->db', caller: 0, service: 2, cost: ms(30), ...partial })

describe('steps of a request', () => {
  it('in sequence: 5 of own work, a call of 20, a call of 30, and 7 of work take 62', () => {
    const steps: Step[] = [{ calls: [0] }, { calls: [1] }, { cost: ms(7) }]
    const { outside, edges } = run([front([[0, 0, 5]], steps), api, db], [toApi(), toDb()])
    expect(outside.latencySum).toBe(62_000)
    expect(edges.map(({ latencySum }) => latencySum)).toEqual([20_000, 30_000])
  })
  it('at once: calls of 20 and 30 take 30, the longest', () => {
    const { outside } = run([front([[0, 0, 5]], [{ calls: [0, 1] }]), api, db], [toApi(), toDb()])
    expect(outside.latencySum).toBe(35_000)
  })
  it('the network delay is taken both ways by each call: 5 + 2 (1 + 3) + 20', () => {
    const delayed = [front([[0, 0, 5]], [{ calls: [0] }], { networkDelay: 1000 }), { ...api, networkDelay: 3000 }]
    expect(run(delayed, [toApi()]).outside.latencySum).toBe(33_000)
  })
  it('a request whose first step is a call needs no work of its own', () => {
    expect(run([front([[0, 0, 0]], [{ calls: [0] }]), api], [toApi()]).outside.latencySum).toBe(20_000)
  })
  it('the same call several times at once: each has its own draw, and a pod of one core shares it: 3 x 20 take 60', () => {
    const { outside, edges } = run([front([[0, 0, 5]], [{ calls: [0, 0, 0] }]), api], [toApi()])
    expect([outside.latencySum, edges[0].arrived]).toEqual([65_000, 3])
  })
  it('a share of 0 makes no call, and the next step begins at once', () => {
    const { outside, edges } = run([front([[0, 0, 5]], [{ calls: [0] }, { cost: ms(7) }]), api], [toApi({ share: 0 })])
    expect([outside.latencySum, edges[0].arrived]).toEqual([12_000, 0])
  })
  it('calls in a circle are refused with its services', () => {
    const circle = [toApi(), call({ name: 'api->front', caller: 1, service: 0 })]
    expect(() => run([front([], [{ calls: [0] }]), { ...api, steps: [{ calls: [1] }] }], circle)).toThrow('front -> api -> front')
  })
})

describe('threads', () => {
  const two = [
    [0, 0, 5],
    [0, 0, 5],
  ] as const
  it('a caller holds its only thread during the call: the second of two begins at 25 and ends at 50', () => {
    const { outside } = run([front(two, [{ calls: [0] }], { threads: 1 }), api], [toApi()])
    expect(outside.latencySum).toBe(25_000 + 50_000)
    expect(outside.queuedSum).toBe(25_000)
  })
  it('an async caller gives it back: the second runs from 5 to 10, its call shares the core of api from 10 on', () => {
    // api: A 5..10 alone (5 done), then both share: A has 15 left, ends at 40; B has 20, ends at 45.
    const { outside } = run([front(two, [{ calls: [0] }], { threads: 1, async: true }), api], [toApi()])
    expect(outside.latencySum).toBe(40_000 + 45_000)
  })
  it('an async caller is queued for a thread when its call is over and work is left', () => {
    // A: 0..5 own, 5..10 call, then the thread is B's until 45 (B began at 5 with 40 of work): A's 3 run 45..48.
    const rows = [
      [0, 0, 5],
      [0, 0, 40],
    ] as const
    const { outside } = run([front(rows, [{ calls: [0] }, { cost: ms(3) }], { threads: 1, async: true }), api], [toApi({ cost: ms(5) })])
    // B's call 45..50, its 3 run 50..53.
    expect(outside.latencySum).toBe(48_000 + 53_000)
  })
  it('requests that call do not count against the queue limit of an async pod', () => {
    const { outside } = run(
      [front([...two, [50, 0, 5]], [{ calls: [0] }], { threads: 1, queue: 1, async: true }), api],
      [toApi({ cost: ms(500) })],
    )
    expect(outside.failed).toBe(0)
  })
})

describe('failures', () => {
  const none = tier({ name: 'api', replicas: 0, minReplicas: 0 })
  it('a failed call fails the request with its cause', () => {
    const { outside, edges } = run([front([[0, 0, 5]], [{ calls: [0] }]), none], [toApi()])
    expect([outside.failedBy[Cause.NoBackend], edges[0].failedBy[Cause.NoBackend]]).toEqual([1, 1])
  })
  it('unless it is optional: the next step begins', () => {
    const { outside } = run([front([[0, 0, 5]], [{ calls: [0] }, { cost: ms(7) }]), none], [toApi({ optional: true })])
    expect([outside.latencySum, outside.failed]).toEqual([12_000, 0])
  })
  it('the first failure of several calls at once gives the others up', () => {
    const { outside, edges } = run([front([[0, 0, 5]], [{ calls: [1, 0] }]), none, db], [toApi(), toDb()])
    expect([outside.failed, edges[1].failedBy[Cause.Cancelled]]).toEqual([1, 1])
    expect(outside.sojournSum).toBe(5000)
  })
  it('retries of a call: 2 tries of 20 that end after 8 each, with a budget of one token a call', () => {
    const retries = { limit: 1, backoff: 0, budget: 1 }
    const { outside, edges } = run([front([[0, 0, 5]], [{ calls: [0] }]), api], [toApi({ timeout: 8000, retries })])
    expect([edges[0].tries, edges[0].failedBy[Cause.TimedOut], outside.failedBy[Cause.TimedOut]]).toEqual([2, 1, 1])
    expect(outside.sojournSum).toBe(5000 + 2 * 8000)
  })
  it('a pod that is killed takes its requests with it, and their calls are given up', () => {
    const services = [front([[1000, 0, 5]], [{ calls: [0] }], { grace: 0 }), api]
    const simulation = new Simulation({ ...input({ horizon: 10e6, pools: [pool(4)], services }), calls: [toApi({ cost: ms(500) })] })
    simulation.parts.simulator.call(1_100_000, () => simulation.parts.replicaSets.scale(0, 0))
    simulation.run()
    const [outside, edge] = simulation.parts.clients.all.map(({ ledger }) => ledger)
    expect([outside.failedBy[Cause.Lost], edge.failedBy[Cause.Cancelled]]).toEqual([1, 1])
  })
  it('a killed pod that serves two calls of one request fails it once', () => {
    const services = [front([[1000, 0, 5]], [{ calls: [0, 0] }]), tier({ name: 'api', grace: 0 })]
    const simulation = new Simulation({ ...input({ horizon: 10e6, pools: [pool(4)], services }), calls: [toApi({ cost: ms(500) })] })
    simulation.parts.simulator.call(1_100_000, () => simulation.parts.replicaSets.scale(1, 0))
    simulation.run()
    const [outside, edge] = simulation.parts.clients.all.map(({ ledger }) => ledger)
    expect([outside.failed, edge.failedBy[Cause.Lost]]).toEqual([1, 2])
  })
})

describe('timeouts and deadlines along a chain', () => {
  const chain = (cancel: boolean) => [
    front([[0, 0, 5]], [{ calls: [0] }], { timeout: 50_000, cancel }),
    { ...api, steps: [{ calls: [1] }] },
    db,
  ]
  const edges = (partial: Partial<Call>) => [toApi(partial), call({ name: 'api->db', caller: 1, service: 2, cost: ms(500), ...partial })]

  it('a cancelled request cancels its calls: db works from 25 to 50', () => {
    const { simulation, outside, edges: ledgers } = run(chain(true), edges({}))
    expect(outside.failedBy[Cause.TimedOut]).toBe(1)
    expect(ledgers.map(({ failedBy }) => failedBy[Cause.Cancelled])).toEqual([1, 1])
    expect(usedBy(simulation, 2)).toBe(25_000)
  })
  it('a client that only stops listening leaves all 500 of the work to db', () => {
    const { simulation, edges: ledgers } = run(chain(false), edges({}))
    expect(usedBy(simulation, 2)).toBe(500_000)
    expect(ledgers.map(({ answered }) => answered)).toEqual([1, 1])
  })
  it('with a deadline that is handed down, db stops at 50 all the same', () => {
    const { simulation, edges: ledgers } = run(chain(false), edges({ deadline: true }))
    expect(usedBy(simulation, 2)).toBe(25_000)
    // The call of api ends first: both expire at 50, in the order in which their timers were set.
    expect(ledgers[0].failedBy[Cause.TimedOut]).toBe(1)
    expect(ledgers[1].failed).toBe(1)
  })
  it('an expired request makes no further call', () => {
    const services = [front([[0, 60, 5]], [{ calls: [0] }], { timeout: 50_000, cancel: false }), api]
    const {
      edges: [edge],
    } = run(services, [toApi({ deadline: true })])
    expect([edge.arrived, edge.tries, edge.failedBy[Cause.TimedOut]]).toEqual([1, 0, 1])
  })
  it('calls with cancel: false that are given up go on, wasted', () => {
    const { simulation, edges: ledgers } = run(chain(true), edges({ cancel: false }))
    expect(usedBy(simulation, 2)).toBe(500_000)
    expect(ledgers.map(({ failedBy }) => failedBy[Cause.Cancelled])).toEqual([1, 0])
  })
})

describe('balancers of calls', () => {
  it('a call with a balancer of its own has its own instances: two callers of api do not see each other', () => {
    const services = [front([[0, 0, 5]], [{ calls: [0, 1] }]), tier({ name: 'api', replicas: 2, maxReplicas: 2 })]
    const calls = [
      toApi({ slb: choose(balancers, 'round-robin') }),
      toApi({ name: 'front->api#2', slb: choose(balancers, 'least-connections') }),
    ]
    const { simulation } = run(services, calls)
    expect(simulation.parts.network.instancesOf.map(([{ name }]) => name)).toEqual(['random', 'random', 'round-robin', 'least-connections'])
  })
})

/** CPU work that all pods of a service did [core-µs]. */
function usedBy(simulation: Simulation, service: number): number {
  const { load, servers } = simulation.parts
  let used = 0
  load.eachServer((server) => {
    if (servers.service[server] === service) used += load.cpuUsed(server)
  })
  return used
}
