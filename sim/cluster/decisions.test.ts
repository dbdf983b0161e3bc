import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf } from './bytes.fixture.ts'
import { clusterOf, onNode, shape } from '../testing/cluster.ts'
import { ClusterCheck } from './check.ts'
import { Decisions } from './decisions.ts'
import { NONE, PodPhase, Reason } from './views.ts'

describe('commit', () => {
  it('binds, evicts and declines; each decision is accepted or refused alone', () => {
    const {
      cluster,
      pods: [a, b, c, old],
    } = clusterOf().node({ cpu: 3000 }).pods(3).pod({}, onNode(0)).build()
    const out = new Decisions()
    out.bind(a, 0)
    out.evict(old)
    out.decline(b)
    out.bind(c, 0)
    out.bind(b, 0) // the evicted pod is terminating and still holds its cpu
    expect(cluster.commit(out, 70)).toBe(4)
    expect([...out.accepted.subarray(0, out.count)]).toEqual([1, 1, 1, 1, 0])
    expect([a, b, c, old].map((pod) => cluster.pods.phase[pod])).toEqual([
      PodPhase.Bound,
      PodPhase.Pending,
      PodPhase.Bound,
      PodPhase.Terminating,
    ])
    expect([cluster.pods.bound[a], cluster.nodes.freeCpu[0], cluster.nodes.podCount[0]]).toEqual([70, 0, 3])
  })
  it('accepts a group whole', () => {
    const { cluster, pods } = clusterOf().nodes(2, { cpu: 2000 }).pods(4).build()
    const out = new Decisions()
    out.beginGroup()
    pods.forEach((pod, i) => out.bind(pod, i % 2))
    out.endGroup()
    expect(cluster.commit(out, 0)).toBe(4)
    expect([cluster.nodes.freeCpu[0], cluster.nodes.freeCpu[1], cluster.pendingPods]).toEqual([0, 0, 0])
  })
  it('refuses a group whole, and changes nothing: not a byte, not an entry of the log', () => {
    const { cluster, pods, nodes } = clusterOf()
      .nodes(2, { cpu: 2000, gpus: 2 })
      .pods(4, { gpus: 1, gpuMilli: 500 })
      .pod({}, onNode(1))
      .build()
    cluster.setPhase(pods[4], PodPhase.Ready)
    const before = bytesOf(cluster)
    const out = new Decisions()
    out.beginGroup()
    out.bind(pods[0], 0)
    out.evict(pods[4])
    out.bind(pods[1], 0)
    out.decline(pods[3])
    out.bind(pods[2], nodes[0]) // the third core of two
    out.endGroup()
    expect(cluster.commit(out, 0)).toBe(0)
    expect([...out.accepted.subarray(0, out.count)]).toEqual([0, 0, 0, 0, 0])
    expect(bytesOf(cluster)).toEqual(before)
  })
  it('continues after a refused group', () => {
    const { cluster, pods } = clusterOf().node({ cpu: 2000 }).pods(4).build()
    const out = new Decisions()
    out.beginGroup()
    for (const pod of pods.slice(0, 3)) out.bind(pod, 0)
    out.endGroup()
    out.bind(pods[3], 0)
    expect(cluster.commit(out, 0)).toBe(1)
    expect([...out.accepted.subarray(0, 4)]).toEqual([0, 0, 0, 1])
  })
  it('refuses what has become impossible: the pod is already bound, gone or evicted', () => {
    const {
      cluster,
      pods: [bound, gone, leaving, waiting],
    } = clusterOf().nodes(2).pod({}, onNode(0)).pod().pod({}, onNode(0)).pod().build()
    cluster.deletePending(gone)
    cluster.setPhase(leaving, PodPhase.Terminating)
    const out = new Decisions()
    out.bind(bound, 1)
    out.bind(gone, 1)
    out.evict(leaving)
    out.evict(waiting)
    const before = bytesOf(cluster)
    expect(cluster.commit(out, 0)).toBe(0)
    expect(bytesOf(cluster)).toEqual(before)
  })
  it('takes the devices that the decision names, and picks them when it names none', () => {
    const {
      cluster,
      pods: [named, picked, clash],
    } = clusterOf().node({ gpus: 4 }).pods(3, { gpus: 2 }).build()
    const out = new Decisions()
    out.bind(named, 0, 0b1010)
    out.bind(picked, 0)
    out.bind(clash, 0, 0b1010)
    expect(cluster.commit(out, 0)).toBe(2)
    expect([cluster.pods.deviceMask[named], cluster.pods.deviceMask[picked]]).toEqual([0b1010, 0b0101])
    expect(cluster.gpuAllocated).toBe(4000)
  })
  it('nominates a pending pod to a node, until it is bound or deleted', () => {
    const {
      cluster,
      pods: [a, b, bound],
    } = clusterOf().nodes(2, { cpu: 1000 }).pods(2).pod({}, onNode(0)).build()
    const out = new Decisions()
    out.evict(bound)
    out.nominate(a, 0)
    out.nominate(b, 0)
    out.nominate(bound, 1)
    expect(cluster.commit(out, 0)).toBe(3)
    expect([a, b, bound].map((pod) => cluster.view.pods.nominated[pod])).toEqual([0, 0, NONE])
    cluster.release(bound, 0)
    expect(cluster.bind(a, 0)).toBe(true)
    cluster.deletePending(b)
    expect([a, b].map((pod) => cluster.view.pods.nominated[pod])).toEqual([NONE, NONE])
    const next = cluster.createPod(shape(), NONE, 0)
    expect([next, cluster.view.pods.nominated[next]]).toEqual([b, NONE])
    cluster.removeNode(1)
    out.clear()
    out.nominate(next, 1)
    expect(cluster.commit(out, 0)).toBe(0)
    expect(cluster.view.pods.nominated[next]).toBe(NONE)
  })
  it('takes nominations of a refused group back, those that a bind reset included', () => {
    const {
      cluster,
      pods: [a, b],
    } = clusterOf().nodes(2, { cpu: 1000 }).pods(2).build()
    const out = new Decisions()
    out.nominate(a, 1)
    cluster.commit(out, 0)
    const before = bytesOf(cluster)
    out.clear()
    out.beginGroup()
    out.nominate(a, 0)
    out.bind(a, 0)
    out.nominate(b, 1)
    out.bind(b, 0)
    out.endGroup()
    expect(cluster.commit(out, 0)).toBe(0)
    expect(bytesOf(cluster)).toEqual(before)
    expect(cluster.view.pods.nominated[a]).toBe(1)
  })
  it('says which row of which decision does not exist, before anything is done', () => {
    const {
      cluster,
      pods: [pod],
    } = clusterOf().node().pod().build()
    const before = bytesOf(cluster)
    const out = new Decisions()
    out.bind(pod, 0)
    out.bind(pod, 5)
    expect(() => cluster.commit(out, 0)).toThrow('decision 1 binds pod 0 to node 5: rows are 0 to 0')
    out.clear()
    out.bind(pod, 0)
    out.evict(NONE)
    expect(() => cluster.commit(out, 0)).toThrow('decision 1 is about pod -1: rows are 0 to 0')
    out.clear()
    out.nominate(pod, 1)
    expect(() => cluster.commit(out, 0)).toThrow('decision 0 nominates pod 0 to node 1: rows are 0 to 0')
    expect(bytesOf(cluster)).toEqual(before)
  })
  it('any group is committed whole or leaves every byte as it was, and the cluster passes its check', () => {
    const decision = fc.record({
      kind: fc.constantFrom('bind', 'bind', 'bind', 'evict', 'nominate', 'decline'),
      pod: fc.nat(15),
      node: fc.nat(3),
      mask: fc.constantFrom(NONE, NONE, NONE, 0, 1, 2, 3),
    })
    let whole = 0
    let refused = 0
    fc.assert(
      fc.property(fc.array(fc.array(decision, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 }), (groups) => {
        const { cluster } = clusterOf()
          .nodes(3, { cpu: 4000, gpus: 2 })
          .node({ cpu: 2000, pods: 2 })
          .pods(4)
          .pods(3, { cpu: 2500 })
          .pods(3, { gpus: 1, gpuMilli: 600 })
          .pods(2, { gpus: 2 })
          .pods(2, {}, onNode(0))
          .pods(2, { gpus: 1, gpuMilli: 300 }, onNode(1))
          .build()
        const check = new ClusterCheck(cluster)
        const out = new Decisions()
        for (const group of groups) {
          out.clear()
          out.beginGroup()
          for (const { kind, pod, node, mask } of group) {
            if (kind === 'bind') out.bind(pod, node, mask)
            else if (kind === 'evict') out.evict(pod)
            else if (kind === 'nominate') out.nominate(pod, node)
            else out.decline(pod)
          }
          out.endGroup()
          const before = bytesOf(cluster)
          const accepted = cluster.commit(out, 0)
          if (accepted === 0) {
            refused++
            expect(bytesOf(cluster)).toEqual(before)
          } else {
            whole++
            expect(accepted).toBe(group.length)
            for (const { kind, pod } of group) if (kind === 'bind') expect(cluster.pods.phase[pod]).toBeGreaterThanOrEqual(PodPhase.Bound)
          }
          check.touched()
          check.full()
        }
      }),
      { seed: 3, numRuns: 300 },
    )
    expect(whole).toBeGreaterThan(100) // both ways were taken
    expect(refused).toBeGreaterThan(100)
  })
})

describe('reasons of a decline', () => {
  it('are rows that name the declining decision, dropped by clear()', () => {
    const out = new Decisions()
    out.decline(4)
    out.because(Reason.Cpu, 7)
    out.because(Reason.Taint, 5)
    out.bind(5, 0)
    out.decline(6)
    out.because(Reason.NotReady, 12)
    const rows = ({ reasons }: Decisions): number[][] =>
      Array.from({ length: reasons.count }, (_, row) => [reasons.decision[row], reasons.reason[row], reasons.nodes[row]])
    expect(rows(out)).toEqual([
      [0, Reason.Cpu, 7],
      [0, Reason.Taint, 5],
      [2, Reason.NotReady, 12],
    ])
    out.clear()
    expect(rows(out)).toEqual([])
  })
  it('follow a decline', () => {
    const out = new Decisions()
    expect(() => out.because(Reason.Cpu, 1)).toThrow('must be a decline')
    out.bind(0, 0)
    expect(() => out.because(Reason.Cpu, 1)).toThrow('must be a decline')
  })
})
