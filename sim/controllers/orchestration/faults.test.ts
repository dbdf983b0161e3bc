/** What breaks in a run, on runs small enough to compute by hand; seconds unless a name says otherwise. */
import { describe, expect, it } from 'vitest'
import { NodeState } from '../../cluster/views.ts'
import type { NodeId } from '../../common/ids.ts'
import { Impairments } from '../../network/impairments.ts'
import { Streams } from '../../random/stream.ts'
import type { Simulation } from '../../simulation.ts'
import { schedulers } from '../../scheduling/index.ts'
import { choose, pool, script, type FlatInput } from '../../testing/input.ts'
import { broken } from './breakdowns.fixture.ts'
import type { Fault } from './spec.ts'

const SECOND = 1e6
const all = { count: Infinity }

/** Latency [ms] of a request that arrives at 10 s with 100 ms of CPU work, on one node. */
function latency(faults: readonly Fault[], partial: Partial<FlatInput> = {}): number {
  const run = broken(faults, { requests: script([[10_000, 0, 100]]) }, { pools: [pool(1, { cpu: 1000 })], ...partial })
  return run.run().metrics['latency-mean'] as number
}

/** When nodes stop and begin to answer [s], as [time, node, answers]. */
function answers(run: Simulation): [number, NodeId, boolean][] {
  const { simulator, orchestrator, cluster, times } = run.parts
  const found: [number, NodeId, boolean][] = []
  const state: boolean[] = []
  simulator.afterEvent = () => {
    for (let node = 0; node < cluster.view.nodes.count; node++) {
      const reached = orchestrator!.kubelets.reaches(node)
      if (state[node] !== reached && (state[node] !== undefined || !reached))
        found.push([(simulator.now - times.origin) / SECOND, node, reached])
      state[node] = reached
    }
  }
  run.run()
  return found
}

describe('gray failures', () => {
  it('cores at a quarter of their speed: 100 ms of work take 400 ms', () => {
    expect(latency([{ at: SECOND, kind: 'node-slow', nodes: all, factor: 4, duration: Infinity }])).toBeCloseTo(400, 3)
  })

  it('slow from the middle of a request on, for 100 ms: 50 ms, 100 ms for 25 ms of work, 25 ms', () => {
    expect(latency([{ at: 10.05 * SECOND, kind: 'node-slow', nodes: all, factor: 4, duration: 0.1 * SECOND }])).toBeCloseTo(175, 3)
  })

  it('of two at a time the worse one counts: 50 ms for 25 ms of work (half), 50 ms for 5 ms (a tenth), 50 ms for 25 ms, 45 ms', () => {
    const slow = (at: number, factor: number, duration: number): Fault => ({
      at: at * SECOND,
      kind: 'node-slow',
      nodes: all,
      factor,
      duration: duration * SECOND,
    })
    expect(latency([slow(10, 2, 0.15), slow(10.05, 10, 0.05)])).toBeCloseTo(195, 3)
  })

  it('a node that stands still for 3 s holds the request for 3 s, and loses nothing', () => {
    expect(latency([{ at: 10.02 * SECOND, kind: 'node-freeze', nodes: all, duration: 3 * SECOND }])).toBeCloseTo(3100, 3)
  })

  it('a network that adds 30 ms to each message: 60 ms per request', () => {
    expect(latency([{ at: SECOND, kind: 'node-network', nodes: all, delay: 30_000, loss: 0, duration: Infinity }])).toBeCloseTo(160, 3)
  })

  it('CPU time of a slow core counts in full: 0.4 core-s for 0.1 core-s of work', () => {
    const run = broken(
      [{ at: SECOND, kind: 'node-slow', nodes: all, factor: 4, duration: Infinity }],
      { requests: script([[10_000, 0, 100]]) },
      { pools: [pool(1, { cpu: 1000 })] },
    )
    run.run()
    expect(run.parts.servers.used[0]).toBeCloseTo(400_000, 3)
  })

  it('loss p: a message is late by 0.2 (2ᵏ − 1) s with probability (1 − p) pᵏ, and never arrives after more than 15 losses', () => {
    const impairments = new Impairments(new Streams(1, 0))
    impairments.set(0, { delay: 1000, loss: 0.3 })
    const counts = new Map<number, number>()
    const n = 40_000
    for (let i = 0; i < n; i++) {
      const extra = impairments.delayOf(0, i, 0)
      counts.set(extra, (counts.get(extra) ?? 0) + 1)
    }
    for (const k of [0, 1, 2, 3]) {
      const expected = 0.7 * [1, 0.3, 0.09, 0.027][k]
      const share = (counts.get(1000 + 200_000 * ((1 << k) - 1)) ?? 0) / n
      expect(Math.abs(share - expected)).toBeLessThan(3.3 * Math.sqrt((expected * (1 - expected)) / n))
    }
    impairments.set(0, { delay: 0, loss: 1 })
    expect(impairments.delayOf(0, 1, 0)).toBe(Infinity)
    impairments.set(0, null)
    expect([impairments.any, impairments.delayOf(0, 1, 0)]).toEqual([false, 0])
  })
})

describe('faults that recur', () => {
  const every: Fault = {
    every: { kind: 'weibull', shape: 0.7, scale: 200 * SECOND },
    kind: 'node-crash',
    nodes: all,
    duration: { kind: 'lognormal', mean: 60 * SECOND, cv: 1 },
  }

  it('hit the same nodes at the same times whatever the scheduler and the number of pods', () => {
    const run = (replicas: number, scheduler: string): [number, NodeId, boolean][] =>
      answers(broken([every], { replicas }, { pools: [pool(5)], horizon: 2000 * SECOND, scheduling: choose(schedulers, scheduler) }))
    const found = run(3, 'least-allocated')
    expect(found.length).toBeGreaterThan(40)
    expect(run(10, 'most-allocated')).toEqual(found)
  })

  it('a constant time between failures: a phase of its own for each node, then every 100 + 10 s', () => {
    const run = broken(
      [{ every: { kind: 'constant', value: 100 * SECOND }, kind: 'node-partition', nodes: all, duration: 10 * SECOND }],
      {},
      { pools: [pool(3)], horizon: 1000 * SECOND },
    )
    const found = answers(run)
    const firsts = [0, 1, 2].map((node) => found.find(([, other]) => other === node)![0])
    expect(new Set(firsts).size).toBe(3)
    for (const first of firsts) expect(first).toBeLessThan(100)
    for (const node of [0, 1, 2]) {
      const times = found.filter(([, other, reached]) => other === node && !reached).map(([time]) => time)
      times.slice(1).forEach((time, i) => expect(time - times[i]).toBeCloseTo(110, 5))
    }
  })

  it('each: zone breaks all nodes of a zone at once', () => {
    const zones = ['a', 'b']
    const templates = zones.map((zone) => ({ ...pool(1).templates[0], zone, labels: { rack: `${zone}-1` } }))
    for (const each of ['zone', { label: 'rack' }] as const) {
      const run = broken(
        [{ every: { kind: 'exponential', mean: 300 * SECOND }, each, kind: 'node-crash', nodes: all, duration: 20 * SECOND }],
        {},
        { pools: [pool(4, {}, { templates, initial: [0, 1, 0, 1] })], horizon: 2000 * SECOND },
      )
      const down = answers(run).filter(([, , reached]) => !reached)
      expect(down.length).toBeGreaterThan(4)
      for (let i = 0; i < down.length; i += 2) {
        expect(down[i][0]).toBe(down[i + 1][0])
        expect(down[i + 1][1] - down[i][1]).toBe(2)
      }
    }
  })
})

describe('faults that overlap', () => {
  it('a node answers again when the last of them ends', () => {
    const crash = (at: number, duration: number): Fault => ({
      at: at * SECOND,
      kind: 'node-crash',
      nodes: all,
      duration: duration * SECOND,
    })
    const run = broken([crash(10, 30), crash(20, 60), crash(25, 5)], {}, { pools: [pool(1)], horizon: 200 * SECOND })
    expect(answers(run)).toEqual([
      [10, 0, false],
      [80, 0, true],
    ])
  })
})

describe('nodes that leave', () => {
  const spot = (notice: number, replace: boolean): Fault => ({
    at: 100 * SECOND,
    kind: 'node-loss',
    nodes: { count: 1 },
    notice: notice * SECOND,
    replace,
  })

  it('reclaim: its pods leave during the notice, so that none is lost, and another node joins', () => {
    const run = broken([spot(120, true)], { replicas: 4 }, { pools: [pool(2, {}, { provision: 60 * SECOND })], horizon: 600 * SECOND })
    const { metrics } = run.run()
    const { nodes } = run.parts.cluster.view
    expect([nodes.state[0], nodes.state[1], nodes.state[2]]).toEqual([NodeState.Gone, NodeState.Ready, NodeState.Ready])
    expect(metrics['nodes-mean']).toBeGreaterThan(1.9)
    expect(run.parts.replicaSets.podsOf(0)).toHaveLength(4)
    expect(metrics['unavailable']).toBeCloseTo(0, 6)
  })

  it('without a replacement the pool stays smaller', () => {
    const run = broken([spot(0, false)], { replicas: 4 }, { pools: [pool(2)], horizon: 600 * SECOND })
    run.run()
    expect(run.parts.cluster.view.nodes.count).toBe(2)
    expect(run.parts.replicaSets.podsOf(0)).toHaveLength(4)
  })

  it('no capacity: the replacement is ordered when the provider delivers again', () => {
    const run = broken(
      [{ at: 50 * SECOND, kind: 'no-capacity', duration: 200 * SECOND }, spot(0, true)],
      { replicas: 4 },
      { pools: [pool(2, {}, { provision: 60 * SECOND })], horizon: 600 * SECOND },
    )
    let joined = 0
    run.parts.nodes.whenJoined(() => (joined = run.parts.simulator.now / SECOND))
    const { notes } = run.run()
    expect(joined).toBe(310)
    expect(notes).toContain('1 orders of nodes were refused because the provider had no capacity')
  })

  it('reboot with a shutdown of 30 s: the pods leave before the node goes down, and it takes pods again afterwards', () => {
    const run = broken(
      [{ at: 100 * SECOND, kind: 'node-crash', nodes: { count: 1 }, duration: 60 * SECOND, shutdown: 30 * SECOND }],
      { replicas: 4 },
      { pools: [pool(2)], horizon: 600 * SECOND },
    )
    expect(answers(run)).toEqual([
      [130, 0, false],
      [190, 0, true],
    ])
    expect(run.parts.changes.evictions.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(2)
    expect(run.parts.cluster.view.nodes.state[0]).toBe(NodeState.Ready)
  })
})
