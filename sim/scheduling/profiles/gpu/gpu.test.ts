import { describe, expect, test } from 'vitest'
import { clusterOf, onNode } from '../../../testing/cluster.ts'
import { DEVICES, NONE } from '../../../cluster/views.ts'
import type { ClusterView } from '../../../cluster/views.ts'
import { valuesOf } from '../../../common/define.ts'
import { members } from '../../index.ts'
import { chosen, context } from '../../scheduling.fixture.ts'
import { fragmentPlainly, FragmentTables } from './fragments.ts'
import { typicalPods } from './typical.ts'

const gpuNode = { cpu: '64', memory: '256Gi', gpus: 2, gpuModel: 'T4' } as const
const share = (milli: number, cpu = 1000) => ({ cpu, memory: '1Gi', gpus: 1, gpuMilli: milli })
const whole = (gpus: number, cpu = 1000) => ({ cpu, memory: '1Gi', gpus })

/** The member's answer for the last pod: node and devices. */
function answer(name: string, build: ReturnType<typeof clusterOf>, declared?: (view: ClusterView) => readonly number[]): number[] {
  const member = members.find((one) => one.name === name)!
  const { cluster, pods } = build.build()
  const { view } = cluster
  const counts = declared?.(view)
  const given = {
    ...context(),
    ...(counts === undefined ? {} : { declared: () => counts.flatMap((count, podClass) => (count > 0 ? [{ podClass, count }] : [])) }),
  }
  const pod = pods[pods.length - 1]
  const answers = [member.create, member.twin!].map((make) => {
    const placer = make.call(member, valuesOf(member.parameters) as never, given)
    return [placer.place(pod, view), placer.devices ?? NONE]
  })
  expect(answers[0]).toEqual(answers[1])
  return answers[0]
}

describe('fragments', () => {
  /** Two devices of 1000 and 400 milli-GPU free and 4 cores; pods: half a GPU, two GPUs, a whole GPU with 8 cores, no GPU. */
  function example() {
    const { cluster } = clusterOf()
      .node({ ...gpuNode, cpu: 5000 })
      .pod(share(600), onNode(0))
      .pod(share(500, 2000))
      .pod(whole(2))
      .pod(whole(1, 8000))
      .pod({ cpu: 1000, memory: '1Gi' })
      .build()
    const { view } = cluster
    const typical = [1, 2, 3, 4].map((podClass, i) => ({
      podClass,
      cpu: view.classes.cpu[podClass],
      gpus: view.classes.gpus[podClass],
      gpuMilli: view.classes.gpuMilli[podClass],
      count: 10 * (i + 1),
    }))
    return { view, typical }
  }

  test('F = 10 x 400 (the device that is too small) + 20 x 1400 (one idle device of two) + 30 x 1400 (8 cores of 4) + 40 x 1400 (no GPU)', () => {
    const { view, typical } = example()
    const { freeDevice } = view.nodes
    expect([freeDevice[0], freeDevice[1]]).toEqual([400, 1000])
    const node = { node: 0, cpu: view.nodes.freeCpu[0], free: freeDevice, first: 0, devices: 2 }
    const expected = 10 * 400 + 20 * 1400 + 30 * 1400 + 40 * 1400
    expect(fragmentPlainly(typical, node, view)).toBe(expected)
    expect(new FragmentTables(typical).of(view, node, NONE, 0, 0)).toBe(expected)
  })

  test('tables equal the formula after each possible change of the devices', () => {
    const { view, typical } = example()
    const tables = new FragmentTables(typical)
    const { freeDevice } = view.nodes
    for (const cpu of [0, 1000, 2000, 7999, 8000, 64_000]) {
      const at = { node: 0, cpu, free: freeDevice, first: 0, devices: 2 }
      for (const [device, taken] of [
        [NONE, 0],
        [0, 400],
        [0, 1],
        [1, 500],
        [1, 1000],
      ] as const) {
        const copy = [freeDevice[0], freeDevice[1]]
        if (device !== NONE) copy[device] -= taken
        expect(tables.of(view, at, device, taken, 0)).toBe(fragmentPlainly(typical, { ...at, free: copy }, view))
      }
      expect(tables.of(view, at, NONE, 0, 1)).toBe(fragmentPlainly(typical, { ...at, free: [400, 0] }, view))
    }
  })

  test('typical pods: the most frequent shapes up to the share of pods; memory does not distinguish them, the GPU model does', () => {
    const { cluster } = clusterOf()
      .node(gpuNode)
      .node({ ...gpuNode, gpuModel: 'A10' })
      .pod(share(500))
      .pod({ ...share(500), memory: '2Gi' })
      .pod({ ...share(500), gpuModels: ['A10'] })
      .pod(whole(2))
      .build()
    const counts = [30, 25, 40, 5].map((count, podClass) => ({ podClass, count }))
    const found = (cover: number) => typicalPods(counts, cover, cluster.view).map(({ podClass, count }) => [podClass, count])
    expect(found(0.95)).toEqual([
      [0, 55],
      [2, 40],
    ])
    expect(found(0.951)).toEqual([
      [0, 55],
      [2, 40],
      [3, 5],
    ])
    expect(found(0.5)).toEqual([[0, 55]])
  })
})

describe('fgd', () => {
  const declared = (view: ClusterView): number[] => {
    const { gpus, gpuMilli } = view.classes
    return Array.from({ length: view.classes.count }, (_, c) => (gpus[c] === 1 && gpuMilli[c] === 1000 ? 1 : 0))
  }

  test('typical pods take one whole GPU: a share of 300 goes to the GPU in use, and there to the one that it does not break', () => {
    // Node 0 idle: F grows by 700. Node 1 has 400 on device 1: F shrinks by 300.
    expect(
      answer('fgd', clusterOf().node(gpuNode).node(gpuNode).pod(whole(1), onNode(1)).pod(share(600), onNode(1)).pod(share(300)), declared),
    ).toEqual([1, 2])
  })

  test('without a declaration it learns from arrivals: the first pod is its own typical pod', () => {
    // F counts what a share of 500 cannot use. Node 0: 1000 free, F 0 before and after. Node 1: a device with 600 becomes 100: F + 100.
    expect(answer('fgd', clusterOf().node(gpuNode).node(gpuNode).pod(share(400), onNode(1)).pod(share(500)))[0]).toBe(0)
  })

  test('trunc(100 x sigmoid): 50 without a change, so that any node without fragments ties, and the lowest row is taken', () => {
    expect(answer('fgd', clusterOf().nodes(3).pod({ cpu: 500 }), declared)[0]).toBe(0)
  })
})

describe('gpu-packing: 100 - percent free / 10 on GPUs in use, 50 - idle GPUs taken on used nodes, 33 - GPUs on idle nodes', () => {
  const idle = () =>
    clusterOf()
      .node({ ...gpuNode, gpus: 8 })
      .node(gpuNode)
      .node(gpuNode)

  test('idle nodes: 33 - 8 = 25 against 33 - 2 = 31', () => {
    expect(answer('gpu-packing', idle().pod(whole(1)))[0]).toBe(1)
  })
  test('a used node with an idle GPU, 50 - 1 = 49, before idle nodes', () => {
    expect(answer('gpu-packing', idle().pod(share(900), onNode(2)).pod(whole(1)))[0]).toBe(2)
  })
  test('a GPU in use with 400 free, 100 - 40 / 10 = 96, before one with 600 free, 94; the cluster then takes the same device', () => {
    expect(answer('gpu-packing', idle().pod(share(400), onNode(0)).pod(share(600), onNode(1)).pod(share(300)))).toEqual([1, NONE])
  })
  test('a pod without GPUs: all nodes are equal', () => {
    expect(answer('gpu-packing', idle().pod(share(400), onNode(2)).pod({ cpu: 100 }))[0]).toBe(0)
  })
})

describe('gpu-clustering: 75, 50, 25 or 0 by the kinds on the node, plus 25 x (8000 - free) / 8000', () => {
  const nodes = () => clusterOf().node(gpuNode).node(gpuNode).node(gpuNode)

  test('the same kind only, 75, before a mixture with it, 50, though that is fuller', () => {
    expect(
      answer('gpu-clustering', nodes().pod(share(900), onNode(0)).pod(whole(1), onNode(0)).pod(share(400), onNode(1)).pod(share(100)))[0],
    ).toBe(1)
  })
  test('a node without GPU pods, 25, before one of another kind, 0', () => {
    expect(answer('gpu-clustering', nodes().pod(share(900), onNode(0)).pod(whole(1)))[0]).toBe(1)
  })
  test('fill decides in steps of 4 %: 25 x (8000 - 1100) / 8000 = 21 and 25 x (8000 - 1500) / 8000 = 20', () => {
    expect(answer('gpu-clustering', nodes().pod(share(500), onNode(0)).pod(share(900), onNode(1)).pod(share(100)))[0]).toBe(1)
  })
})

describe('gpu-best-fit and gpu-dot-product: shares of a machine of 128 cores and 8 GPUs', () => {
  const uneven = () =>
    clusterOf()
      .node({ ...gpuNode, cpu: '96' })
      .node(gpuNode)

  test('best fit: left (95 / 128 + 1 / 8) / 2 = 0.43 and (63 / 128 + 1 / 8) / 2 = 0.31, scores 56 and 69', () => {
    expect(chosen('gpu-best-fit', uneven().pod(whole(1)))).toBe(1)
  })
  test('dot product: a pod of 2 GPUs and 1 core, products 0.0039 and 0.0059 / 2 differ by less than a step, a tie', () => {
    expect(chosen('gpu-dot-product', uneven().pod(whole(2)))).toBe(0)
  })
  test('dot product: a pod of 48 cores, (96 x 48 + ...) / 128² / 2 = 0.14 and 0.09, scores 85 and 90', () => {
    expect(chosen('gpu-dot-product', uneven().pod({ cpu: '48' }))).toBe(1)
  })
  test('maxCpu and maxGpus: of 2 cores at most, one core is a share that decides; of 64 GPUs, a GPU is none', () => {
    const nearly = () =>
      clusterOf()
        .node({ ...gpuNode, cpu: 64_000 })
        .node({ ...gpuNode, cpu: 63_900 })
    expect(chosen('gpu-best-fit', nearly().pod({ cpu: 100 }))).toBe(0)
    expect(chosen('gpu-best-fit', nearly().pod({ cpu: 100 }), { maxCpu: 1000 })).toBe(1)
    const gpus = () =>
      clusterOf()
        .node({ ...gpuNode, gpus: 3 })
        .node(gpuNode)
    expect(chosen('gpu-best-fit', gpus().pod(whole(1, 4000)))).toBe(1)
    expect(chosen('gpu-best-fit', gpus().pod(whole(1, 4000)), { maxGpus: 64 })).toBe(0)
  })
})

test('ties: random draws one of the tied nodes, each with the same probability', () => {
  const member = members.find(({ name }) => name === 'gpu-packing')!
  const { cluster, pods } = clusterOf().nodes(4).pod().build()
  const placer = member.create(valuesOf(member.parameters, { ties: 'random' }), context())
  const hits = [0, 0, 0, 0]
  for (let i = 0; i < 4000; i++) hits[placer.place(pods[0], cluster.view)]++
  for (const count of hits) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(4000 * 0.25 * 0.75))
})

test('random with devices: random: the share goes to each fitting GPU with the same probability', () => {
  const member = members.find(({ name }) => name === 'random')!
  const { cluster, pods } = clusterOf().node(gpuNode).pod(share(300), onNode(0)).pod(share(300)).build()
  const placer = member.create(valuesOf(member.parameters, { devices: 'random' }), context())
  const hits = [0, 0, 0, 0]
  for (let i = 0; i < 1000; i++) {
    placer.place(pods[1], cluster.view)
    hits[placer.devices!]++
  }
  expect(hits[0] + hits[3]).toBe(0)
  expect(Math.abs(hits[1] - 500)).toBeLessThan(4 * Math.sqrt(1000 * 0.25))
  expect(cluster.view.nodes.freeDevice.length).toBeGreaterThanOrEqual(DEVICES)
})
