/** What pods tell the balancers: to whom, when, and what is not heard. */
import { describe, expect, it } from 'vitest'
import type { Balancer } from '../slb/policy.ts'
import { BalancerInstance } from './balancer-instance.ts'
import { EndpointSlots } from './endpoint-slots.ts'
import { PodReports } from './pod-reports.ts'
import { Servers, ServerState } from '../serving/servers.ts'
import { choose, coming, input, pool, requests, service, shape } from '../testing/input.ts'
import type { FlatInput } from '../testing/input.ts'
import type { SimulationInput } from '../input.ts'
import { simulate, Simulation } from '../simulation.ts'
import { balancers } from '../slb/index.ts'

/** One service with two balancers that note what they hear; idle pods tell them in turn. */
function heardBy(listens: Partial<Balancer> = {}) {
  const heard: string[] = []
  const balancer = (name: string): Balancer => ({
    added: () => undefined,
    removed: () => undefined,
    pick: () => -1,
    ended: () => undefined,
    reported: (slot, inside) => void heard.push(`${name}: ${slot} holds ${inside}`),
    idled: (slot) => void heard.push(`${name}: ${slot} idle`),
    busied: (slot) => void heard.push(`${name}: ${slot} busy`),
    ...listens,
  })
  const servers = new Servers()
  const slots = [new EndpointSlots(), new EndpointSlots()]
  const devices = ['x', 'y'].map((name, i) => new BalancerInstance(balancer(name), slots[i]))
  let turn = 1
  const news = PodReports.of(servers, [devices], () => ({ next: () => 0, int: (n) => turn++ % n }))!
  const join = (pod: number): number => {
    const server = servers.take()
    servers.state[server] = ServerState.Accepting
    servers.service[server] = 0
    servers.listed[server] = 1
    for (const one of slots) one.add(pod, server, servers.epoch[server])
    news.joined(server)
    return server
  }
  const change = (server: number, inside: number): string[] => {
    const before = servers.inside[server]
    servers.inside[server] = inside
    heard.length = 0
    news.changed(server, before, inside)
    return [...heard]
  }
  return { heard, servers, slots, join, change, news }
}

describe('news from pods', () => {
  it('a pod that joins is idle and tells one; its first request is news for that one alone, each count for all', () => {
    const { heard, join, change } = heardBy()
    const server = join(7)
    expect(heard).toEqual(['y: 0 idle'])
    expect(change(server, 1)).toEqual(['x: 0 holds 1', 'y: 0 holds 1', 'y: 0 busy'])
    expect(change(server, 2)).toEqual(['x: 0 holds 2', 'y: 0 holds 2'])
    expect(change(server, 0)).toEqual(['x: 0 holds 0', 'y: 0 holds 0', 'x: 0 idle'])
  })

  it('one that is going away tells nobody that it is idle', () => {
    for (const change of ['state', 'listed'] as const) {
      const { servers, join, change: changeOf } = heardBy({ reported: undefined as never })
      const server = join(7)
      changeOf(server, 1)
      if (change === 'state') servers.state[server] = ServerState.Refusing
      else servers.listed[server] = 0
      expect(changeOf(server, 0).filter((word) => word.includes('idle'))).toEqual([])
    }
  })

  it('of a pod that is removed nothing is heard, nor of the next pod in its row until it is added', () => {
    const { servers, slots, join, change, heard } = heardBy()
    const server = join(7)
    for (const one of slots) one.remove(7)
    expect(change(server, 3)).toEqual([])
    servers.give(server)
    servers.inside[server] = 0
    const again = servers.take()
    expect(again).toBe(server) // the same row
    servers.state[again] = ServerState.Accepting
    expect(change(again, 1)).toEqual([])
    servers.inside[again] = 0
    heard.length = 0
    slots[0].add(8, again, servers.epoch[again])
    expect(change(again, 1)).toEqual(['x: 0 holds 1'])
  })

  it('nobody listens: there is no news', () => {
    const mute: Balancer = { added: () => undefined, removed: () => undefined, pick: () => -1, ended: () => undefined }
    expect(
      PodReports.of(new Servers(), [[new BalancerInstance(mute, new EndpointSlots())]], () => ({ next: () => 0, int: () => 0 })),
    ).toBeNull()
  })
})

describe('in a run', () => {
  const farm = (name: string, given: Partial<FlatInput> = {}): SimulationInput =>
    input({
      check: true,
      horizon: 60e6,
      warmup: 10e6,
      sample: 60e6,
      pools: [pool(2, { cpu: 64_000 })],
      services: [
        service({
          replicas: 20,
          requests: requests(1800, { kind: 'exponential', mean: 10_000 }),
          shape: shape({ cpu: 1000, limit: 1000 }),
        }),
      ],
      slb: choose(balancers, name),
      ...given,
    })
  const latency = (name: string, given: Partial<FlatInput> = {}): number => simulate(farm(name, given)).metrics['latency-mean'] as number

  it('join-shortest-queue does not care through how many balancers requests come, least-connections does', () => {
    // M/M/1s at load 0.9 in the order of choice: JSQ of 20 some 16 ms, each of ten balancers seeing a tenth of the requests in flight little better than by lot
    const [one, ten] = [latency('join-shortest-queue'), latency('join-shortest-queue', { balancers: 10 })]
    expect(Math.abs(ten / one - 1)).toBeLessThan(0.1)
    const [alone, spread] = [latency('least-connections'), latency('least-connections', { balancers: 10 })]
    expect(Math.abs(alone / one - 1)).toBeLessThan(0.1) // one that sends all requests knows all queues
    expect(spread).toBeGreaterThan(1.5 * ten)
  })

  it('join-idle-queue works through ten balancers: between join-shortest-queue and random', () => {
    const [shortest, idle, any] = ['join-shortest-queue', 'join-idle-queue', 'random'].map((name) => latency(name, { balancers: 10 }))
    expect(shortest).toBeLessThan(idle!)
    expect(idle).toBeLessThan(0.7 * any!)
  })

  it('the counts are those of the pods, through timeouts, retries, scaling and drains', () => {
    const simulation = new Simulation(
      farm('join-shortest-queue', {
        services: [
          service({
            replicas: 6,
            minReplicas: 0,
            maxReplicas: 12,
            timeout: 60_000,
            cancel: false,
            retries: { limit: 2, backoff: 10_000, budget: 1 },
            grace: 2e6,
            preStop: 100_000,
            networkDelay: 500,
            requests: requests(560, { kind: 'exponential', mean: 10_000 }),
            shape: shape({ cpu: 1000, limit: 1000 }),
          }),
        ],
        background: [coming([[100, shape({ cpu: 100 }), 1000]])],
        balancers: 2,
      }),
    )
    const { simulator, replicaSets, servers, network } = simulation.parts
    // The balancers share the counts, so one of them listens.
    const told = network.instancesOf[0].slice(0, 1).map((device) => {
      const counts = new Map<number, number>()
      const { balancer } = device
      const [added, removed, reported] = [balancer.added.bind(balancer), balancer.removed.bind(balancer), balancer.reported!.bind(balancer)]
      balancer.added = (slot, weight) => (counts.set(slot, 0), added(slot, weight))
      balancer.removed = (slot) => (counts.delete(slot), removed(slot))
      balancer.reported = (slot, inside) => (counts.set(slot, inside), reported(slot, inside))
      return { device, counts }
    })
    let looked = 0
    for (let second = 1; second < 60; second++) {
      simulator.call(second * 1e6, () => {
        for (const { device, counts } of told) {
          for (const [slot, count] of counts) {
            const server = device.slots.server[slot]
            if (servers.epoch[server] !== device.slots.serverEpoch[slot]) continue
            expect(count).toBe(servers.inside[server])
            looked += count
          }
        }
        replicaSets.scale(0, 5 + (second % 4))
      })
    }
    simulation.run()
    expect(looked).toBeGreaterThan(1000)
  })
})
