import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterOf, onNode, shape, template } from '../testing/cluster.ts'
import { Cluster } from '../cluster/cluster.ts'
import { NodeState } from '../cluster/views.ts'
import { Fragmentation, strandedCpuPlainly, strandedGpuPlainly } from './fragmentation.ts'

const GIB = 2 ** 30

describe('worked by hand', () => {
  // Node: 4 cores free, 1 GiB free. Classes: A wants 1 core and 1 GiB (3 arrivals), B 2 cores and 4 GiB (1 arrival).
  // Demand A 3 x 1000 = 3000, B 1 x 2000 = 2000. A fits, B does not: 2000/5000 of 4000m are stranded, 1600m.
  test('stranded CPU: 2/5 of the demand does not fit beside 4000m free, 1600m', () => {
    const { cluster } = clusterOf().node({ cpu: 4000, memory: GIB }).build()
    const a = cluster.internClass(shape({ cpu: 1000, memory: GIB }))
    const b = cluster.internClass(shape({ cpu: 2000, memory: 4 * GIB }))
    const mix = new Float64Array(64)
    mix[a] = 3
    mix[b] = 1
    expect(new Fragmentation(cluster).strandedCpu(mix)).toBe(1600)
  })

  // Devices 300, 1000, 600 and 0 free, 1900 in all; 8 cores free. Shapes with frequencies out of 10:
  //   4x share of 500:   300 is too small a piece                              -> 300
  //   2x one whole GPU:  300 and 600 are too small                             -> 900
  //   1x two whole GPUs: only one is whole, cannot run                         -> 1900
  //   2x CPU only:       GPU is of no use to it                                -> 1900
  //   1x share of 200 with 16 cores: cannot run                                -> 1900
  // (4*300 + 2*900 + 1900 + 2*1900 + 1900) / 10 = (1200 + 1800 + 1900 + 3800 + 1900) / 10 = 1060.
  test('stranded GPU: the fragment of a node in the sense of Weng et al. 2023, 1060 of 1900 free milli-GPU', () => {
    const { cluster } = clusterOf()
      .node({ cpu: 16_000, gpus: 4 })
      .pod({ cpu: 2000, gpus: 1, gpuMilli: 700 }, onNode(0, 0))
      .pod({ cpu: 2000, gpus: 1, gpuMilli: 400 }, onNode(0, 2))
      .pod({ cpu: 4000, gpus: 1 }, onNode(0, 3))
      .build()
    const mix = new Float64Array(64)
    const arrives = (count: number, pod: Parameters<typeof shape>[0]): void => {
      mix[cluster.internClass(shape({ memory: 0, ...pod }))] = count
    }
    arrives(4, { cpu: 1000, gpus: 1, gpuMilli: 500 })
    arrives(2, { cpu: 1000, gpus: 1 })
    arrives(1, { cpu: 1000, gpus: 2 })
    arrives(2, { cpu: 1000 })
    arrives(1, { cpu: 16_000, gpus: 1, gpuMilli: 200 })
    const fragmentation = new Fragmentation(cluster)
    expect(fragmentation.strandedGpu(mix)).toBe(1060)
    expect(strandedGpuPlainly(cluster.view, mix)).toBe(1060)
  })

  test('a GPU model that does not match makes all free GPU a fragment', () => {
    const { cluster } = clusterOf().node({ gpus: 2, gpuModel: 'T4' }).build()
    const mix = new Float64Array(64)
    mix[cluster.internClass(shape({ gpus: 1, gpuModels: ['V100'] }))] = 1
    expect(new Fragmentation(cluster).strandedGpu(mix)).toBe(2000)
  })

  // Allocated: CPU 5 x 3 = 15 cores, of 16 a node 1; memory 5 x 40 = 200 GiB, of 64 a node ceil(3.125) = 4; pods 5 of 110: 1. Bound 4, in use 5: 1/4.
  test('packing gap: 5 nodes in use, 200 GiB need 4 of 64 GiB: 5/4 - 1', () => {
    let builder = clusterOf().nodes(8)
    for (let node = 0; node < 5; node++) builder = builder.pod({ cpu: 3000, memory: 40 * GIB }, onNode(node))
    expect(new Fragmentation(builder.build().cluster).packingGap()).toBe(0.25)
  })

  // 3 small nodes hold 4 cores each; one node of 16 holds them all.
  test('packing gap: the bound takes the largest nodes first, cordoned ones count, empty and gone ones are not in use', () => {
    let builder = clusterOf().nodes(3, { cpu: 4000 }).node({ cpu: 16_000 })
    for (let node = 0; node < 3; node++) builder = builder.pod({ cpu: 4000 }, onNode(node))
    const { cluster } = builder.build()
    const fragmentation = new Fragmentation(cluster)
    expect(fragmentation.packingGap()).toBe(2)
    cluster.setNodeState(0, NodeState.Cordoned)
    expect(fragmentation.packingGap()).toBe(2)
    cluster.removeNode(3)
    expect(fragmentation.packingGap()).toBe(0)
  })

  test('an empty cluster: nothing stranded, no gap', () => {
    const fragmentation = new Fragmentation(new Cluster())
    expect([fragmentation.strandedCpu([]), fragmentation.strandedGpu([]), fragmentation.packingGap()]).toEqual([0, 0, 0])
  })
})

/** Nodes in use over the continuous bound, from the columns alone. */
function gapPlainly({ nodes }: Cluster['view']): number {
  const there = Array.from({ length: nodes.count }, (_, n) => n).filter(
    (n) => nodes.state[n] === NodeState.Ready || nodes.state[n] === NodeState.Cordoned,
  )
  const used = there.filter((n) => nodes.podCount[n] > 0).length
  const rows = [
    ...nodes.free.map((free, r) => there.map((n) => [nodes.capacity[r][n], nodes.capacity[r][n] - free[n]])),
    there.map((n) => {
      let taken = 0
      for (let d = 0; d < nodes.devices[n]; d++) taken += 1000 - nodes.freeDevice[n * 8 + d]
      return [1000 * nodes.devices[n], taken]
    }),
  ]
  const bound = rows.map((row) => {
    let left = row.reduce((sum, [, taken]) => sum + taken, 0)
    let count = 0
    for (const [capacity] of row.sort((a, b) => b[0] - a[0])) {
      if (left <= 0) break
      left -= capacity
      count++
    }
    return count
  })
  return used === 0 ? 0 : used / Math.max(...bound) - 1
}

const pods = [
  shape({ cpu: 1000, memory: GIB }),
  shape({ cpu: 7000, memory: 2 * GIB }),
  shape({ cpu: 500, memory: 30 * GIB }),
  shape({ cpu: 1000, memory: GIB, gpus: 1, gpuMilli: 300 }),
  shape({ cpu: 4000, memory: GIB, gpus: 2 }),
  shape({ cpu: 2000, memory: GIB, gpus: 1, gpuModels: ['V100'] }),
  shape({ cpu: 100, memory: 0, resources: { licence: 1 } }),
  shape({ cpu: 300, memory: 0, nodeSelector: { disk: 'ssd' } }),
  // More classes than there are bits in a word.
  ...Array.from({ length: 60 }, (_, i) => shape({ cpu: 150 * (i + 1), memory: (i % 7) * GIB, gpus: i % 3 })),
]
const kinds = [
  template(),
  template({ cpu: 8000, memory: 32 * GIB, gpus: 2 }),
  template({ cpu: 32_000, gpus: 4, gpuModel: 'V100', resources: { licence: 2 } }),
  template({ cpu: 4000, memory: 8 * GIB, labels: { disk: 'ssd' }, pods: 3 }),
]

test('updated change by change, the three measures equal the formulas over the columns', () => {
  const step = fc.record({ what: fc.integer({ min: 0, max: 9 }), which: fc.nat(1000), kind: fc.nat(1000) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), fc.boolean(), (steps, late) => {
      const cluster = new Cluster(['licence'])
      const mix = new Float64Array(64)
      const fragmentation = new Fragmentation(cluster)
      const bound: number[] = []
      const { nodes } = cluster.view
      const check = (): void => {
        expect(fragmentation.strandedCpu(mix)).toBeCloseTo(strandedCpuPlainly(cluster.view, mix), 6)
        expect(fragmentation.strandedGpu(mix)).toBeCloseTo(strandedGpuPlainly(cluster.view, mix), 6)
        expect(fragmentation.packingGap()).toBe(gapPlainly(cluster.view))
      }
      for (const { what, which, kind } of steps) {
        const node = nodes.count === 0 ? 0 : which % nodes.count
        if (what === 0 || nodes.count === 0) cluster.addNode(kinds[kind % kinds.length], 0)
        else if (what === 1 && nodes.state[node] !== NodeState.Gone)
          cluster.setNodeState(node, which % 2 ? NodeState.Ready : NodeState.Cordoned)
        else if (what === 2 && nodes.state[node] !== NodeState.Gone && nodes.podCount[node] === 0) cluster.removeNode(node)
        else if (what === 3 && bound.length > 0) cluster.release(bound.splice(which % bound.length, 1)[0], 0)
        else {
          const pod = cluster.createPod(pods[kind % pods.length], -1, 0)
          mix[cluster.view.pods.podClass[pod]]++
          if (cluster.bind(pod, node)) bound.push(pod)
          else cluster.deletePending(pod)
        }
        if (!late) check()
      }
      check()
    }),
    { numRuns: 60, seed: 5 },
  )
})
