import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clusterOf, onNode, shape, template } from '../testing/cluster.ts'
import { newCluster, step, steps } from './churn.fixture.ts'
import type { Cluster } from './cluster.ts'
import { Decisions } from './decisions.ts'
import type { Nodes } from './nodes.ts'
import { StaleNodes } from './stale.ts'
import { DEVICES, NodeState, Subject } from './views.ts'
import type { NodesView } from './views.ts'

/** What a view says about every node, as plain values. */
function seen(nodes: NodesView): unknown {
  const rows = Array.from({ length: nodes.count }, (_, node) => ({
    capacity: nodes.capacity.map((column) => column[node]),
    free: nodes.free.map((column) => column[node]),
    aliases: [nodes.cpu[node], nodes.memory[node], nodes.freeCpu[node], nodes.freeMemory[node]],
    devices: Array.from({ length: DEVICES }, (_, device) => nodes.freeDevice[node * DEVICES + device]),
    rest: [
      nodes.state[node],
      nodes.pool[node],
      nodes.nodeClass[node],
      nodes.zone[node],
      nodes.price[node],
      nodes.devices[node],
      nodes.gpuModel[node],
      nodes.podCount[node],
    ],
  }))
  return { count: nodes.count, ready: nodes.ready, rows }
}
const versions = (nodes: Nodes | NodesView): number[] => Array.from({ length: nodes.count }, (_, node) => nodes.version[node])

describe('a stale view', () => {
  it('has the nodes as they were at its version; commit refuses what has become impossible since', () => {
    const {
      cluster,
      pods: [mine, other],
    } = clusterOf().node({ cpu: 1000 }).pods(2).build()
    const stale = new StaleNodes(cluster)
    const podClass = cluster.pods.podClass[mine]
    cluster.bind(other, 0)
    expect([stale.view.feasible(podClass, 0), cluster.view.feasible(podClass, 0)]).toEqual([true, false])
    const out = new Decisions()
    out.bind(mine, 0)
    expect(cluster.commit(out, 0)).toBe(0)
    stale.advance(cluster.log.version)
    expect(stale.view.feasible(podClass, 0)).toBe(false)
  })
  it('starts from a cluster that has nodes and pods', () => {
    const { cluster } = clusterOf().nodes(2, { gpus: 2 }).node({}, NodeState.Cordoned).pod({ gpus: 1, gpuMilli: 300 }, onNode(1)).build()
    expect(seen(new StaleNodes(cluster).view.nodes)).toEqual(seen(cluster.nodes))
  })
  it('does not have nodes that were added later, nor nodes whose state is not yet read', () => {
    const { cluster } = clusterOf().node().build()
    const stale = new StaleNodes(cluster)
    cluster.addNode(template(), 0)
    expect(stale.view.nodes.count).toBe(1)
    stale.advance(stale.version + 1)
    expect([stale.view.nodes.count, stale.view.nodes.state[1], stale.view.nodes.ready]).toEqual([2, NodeState.Gone, 1])
    stale.advance(Infinity)
    expect([stale.view.nodes.state[1], stale.view.nodes.ready]).toEqual([NodeState.Ready, 2])
  })
  it('has a log that ends where the view does, so that an index over it follows it', () => {
    const { cluster, pods } = clusterOf().node().pods(3).build()
    const stale = new StaleNodes(cluster)
    const cursor = stale.view.log.open()
    for (const pod of pods) cluster.bind(pod, 0)
    expect([cursor.next(), stale.view.log.version]).toEqual([false, cluster.log.version - 3])
    stale.advance(cluster.log.version - 1)
    expect([cursor.next(), cursor.next(), cursor.next()]).toEqual([true, true, false])
    expect(cursor.subject).toBe(Subject.PodBound)
    expect(stale.view.log.open().position).toBe(cluster.log.version - 1)
  })
  it('keeps entries of the log until it is closed', () => {
    const cluster = newCluster()
    cluster.addNode(template(), 0)
    const stale = new StaleNodes(cluster)
    const churn = (): void => {
      for (let i = 0; i < 5000; i++) cluster.setNodeState(0, i % 2 === 0 ? NodeState.Cordoned : NodeState.Ready)
    }
    churn()
    expect(cluster.log.subject.length).toBeGreaterThan(4096)
    stale.close()
    const { length } = cluster.log.subject
    for (let i = 0; i < 10; i++) churn()
    expect(cluster.log.subject.length).toBe(length)
  })
  it('replayed to any version equals the cluster at that version (log replay equals state)', () => {
    const subjects = new Map<number, number>()
    fc.assert(
      fc.property(steps(200), fc.array(fc.nat(9999), { minLength: 1, maxLength: 5 }), fc.nat(60), (life, stops, warm) => {
        const cluster: Cluster = newCluster()
        life.slice(0, warm).forEach((one) => step(cluster, one))
        const begin = cluster.log.version
        const stale = new StaleNodes(cluster)
        const watcher = cluster.log.open()
        const history = new Map<number, unknown>([[begin, seen(cluster.nodes)]])
        for (const one of life.slice(warm)) {
          step(cluster, one)
          history.set(cluster.log.version, seen(cluster.nodes))
        }
        while (watcher.next()) subjects.set(watcher.subject, (subjects.get(watcher.subject) ?? 0) + 1)
        const reached = [...history.keys()]
        const targets = stops.map((stop) => reached[stop % reached.length]).sort((a, b) => a - b)
        for (const version of targets) {
          stale.advance(version)
          expect(stale.version).toBe(version)
          expect(seen(stale.view.nodes)).toEqual(history.get(version))
        }
        stale.advance(Infinity)
        expect(seen(stale.view.nodes)).toEqual(seen(cluster.nodes))
        expect(versions(stale.view.nodes)).toEqual(versions(cluster.nodes))
      }),
      { seed: 4, numRuns: 150 },
    )
    // Every kind of entry that concerns a node was replayed, and not once or twice.
    for (const subject of [Subject.NodeAdded, Subject.NodeRemoved, Subject.NodeState, Subject.PodBound, Subject.PodReleased]) {
      expect(subjects.get(subject)).toBeGreaterThan(50)
    }
  })
  it('answers about classes that were interned later', () => {
    const { cluster } = clusterOf().node().build()
    const stale = new StaleNodes(cluster)
    const late = cluster.internClass(shape({ cpu: 17_000 }))
    expect([stale.view.feasible(late, 0), stale.view.admissible(late, 0), stale.view.pickDevices(late, 0)]).toEqual([false, true, 0])
  })
})
