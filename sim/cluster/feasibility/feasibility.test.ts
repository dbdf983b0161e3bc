import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clusterOf, onNode, shape, template } from '../../testing/cluster.ts'
import { Cluster } from '../cluster.ts'
import { DEVICES, NodeState, NONE } from '../views.ts'
import type { Taint, Toleration } from '../spec.ts'
import { admissible, tolerates } from './admissible.ts'
import { devicesFit, pickDevices } from './devices.ts'
import { fits } from './fit.ts'

const taint = (partial: Partial<Taint> = {}): Taint => ({ key: 'team', value: 'ml', effect: 'NoSchedule', ...partial })
const toleration = (partial: Partial<Toleration> = {}): Toleration => ({
  key: 'team',
  operator: 'Equal',
  value: 'ml',
  effect: 'NoSchedule',
  ...partial,
})

// https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/: "matches if the keys are the same and the effects are the same,
// and the operator is Exists, or is Equal and the values are equal"; an empty key with Exists matches everything, an empty effect all effects.
describe('a toleration matches a taint (Kubernetes: Taints and Tolerations)', () => {
  it.each([
    ['equal key, value, effect', {}, {}, true],
    ['another value', { value: 'web' }, {}, false],
    ['another key', { key: 'zone' }, {}, false],
    ['another effect', { effect: 'NoExecute' }, {}, false],
    ['Exists looks at no value', { operator: 'Exists', value: '' }, {}, true],
    ['Exists of another key', { operator: 'Exists', key: 'zone' }, {}, false],
    ['Exists of another effect', { operator: 'Exists', effect: 'NoExecute' }, {}, false],
    ['no key and Exists: everything', { key: '', operator: 'Exists', value: '', effect: '' }, { effect: 'NoExecute' }, true],
    ['no key and Exists, for one effect', { key: '', operator: 'Exists', effect: 'NoExecute' }, {}, false],
    ['no effect: every effect', { effect: '' }, { effect: 'NoExecute' }, true],
    ['Equal on an empty value', { value: '' }, { value: '' }, true],
  ] as const)('%s', (_what, mine, theirs, expected) => {
    expect(tolerates(toleration(mine), taint(theirs))).toBe(expected)
  })
})

describe('admissible: what never changes between a shape and a template', () => {
  const may = (pod: Parameters<typeof shape>[0], node: Parameters<typeof template>[0]): boolean => admissible(shape(pod), template(node))

  it.each(['NoSchedule', 'NoExecute'] as const)('%s forbids without a toleration and not with one', (effect) => {
    expect(may({}, { taints: [taint({ effect })] })).toBe(false)
    expect(may({ tolerations: [toleration({ effect })] }, { taints: [taint({ effect })] })).toBe(true)
  })
  it('PreferNoSchedule is a preference and forbids nothing', () => {
    expect(may({}, { taints: [taint({ effect: 'PreferNoSchedule' })] })).toBe(true)
  })
  it('every taint needs its toleration, one toleration may serve several', () => {
    const taints = [taint(), taint({ key: 'gpu', value: 'yes' })]
    expect(may({ tolerations: [toleration()] }, { taints })).toBe(false)
    expect(may({ tolerations: [toleration(), toleration({ key: 'gpu', value: 'yes' })] }, { taints })).toBe(true)
    expect(may({ tolerations: [toleration({ key: '', operator: 'Exists', effect: '' })] }, { taints })).toBe(true)
  })
  it('a node selector asks for every label with its value', () => {
    const nodeSelector = { disk: 'ssd', arch: 'arm64' }
    expect(may({ nodeSelector }, { labels: { disk: 'ssd', arch: 'arm64', more: 'x' } })).toBe(true)
    expect(may({ nodeSelector }, { labels: { disk: 'ssd' } })).toBe(false)
    expect(may({ nodeSelector }, { labels: { disk: 'ssd', arch: 'amd64' } })).toBe(false)
  })
  it("a label is the node's own: names that every object has do not count", () => {
    expect(may({ nodeSelector: { constructor: 'x' } }, {})).toBe(false)
  })
  it('GPU models: any of the list, any at all when the list is empty, and no question without a device', () => {
    expect(may({ gpus: 1, gpuModels: ['T4', 'P100'] }, { gpus: 2, gpuModel: 'P100' })).toBe(true)
    expect(may({ gpus: 1, gpuModels: ['T4', 'P100'] }, { gpus: 2, gpuModel: 'A10' })).toBe(false)
    expect(may({ gpus: 1 }, { gpus: 2, gpuModel: 'A10' })).toBe(true)
    expect(may({ gpuModels: ['T4'] }, {})).toBe(true)
  })
})

describe('the memo of admissible', () => {
  it('answers as the function does, while both kinds of classes grow past its table', () => {
    const cluster = new Cluster()
    const shapes = Array.from({ length: 90 }, (_, i) => shape({ cpu: i, nodeSelector: i % 3 === 0 ? {} : { rack: `r${i % 20}` } }))
    const templates = Array.from({ length: 40 }, (_, i) => template({ labels: { rack: `r${i}` } }))
    for (let grown = 1; grown <= 40; grown += 13) {
      for (const pod of shapes.slice(0, grown * 2)) {
        for (const node of templates.slice(0, grown)) {
          expect(cluster.admits(cluster.internClass(pod), cluster.internNodeClass(node))).toBe(admissible(pod, node))
        }
      }
    }
    expect(cluster.nodes.count).toBe(0)
  })
  it('interns nodes by labels, taints and GPU model, whatever the order of keys; size, zone and price make no class', () => {
    const cluster = new Cluster()
    const first = cluster.internNodeClass(template({ labels: { a: '1', b: '2' }, taints: [taint(), taint({ key: 'z' })] }))
    const taints = [taint({ key: 'z' }), taint()]
    expect(cluster.internNodeClass(template({ labels: { b: '2', a: '1' }, taints, cpu: 1, zone: 'b', price: 1 }))).toBe(first)
    expect(cluster.internNodeClass(template({ labels: { a: '1', b: '3' }, taints }))).not.toBe(first)
    expect(cluster.internNodeClass(template({ labels: { a: '1', b: '2' } }))).not.toBe(first)
    expect(cluster.internNodeClass(template({ labels: { a: '1', b: '2' }, taints, gpus: 1 }))).not.toBe(first)
  })
  it('a resource that nothing in the cluster offers is admitted nowhere, and asking for none of it changes nothing', () => {
    const { cluster } = clusterOf()
      .node({ resources: { fpga: 1 } })
      .build()
    expect(cluster.view.feasible(cluster.internClass(shape({ resources: { tpu: 1 } })), 0)).toBe(false)
    expect(cluster.view.feasible(cluster.internClass(shape({ resources: { tpu: 0 } })), 0)).toBe(true)
  })
})

describe('fits', () => {
  const request = [
    [500, 0],
    [100, 0],
    [1, 1],
    [2, 0],
  ] // [resource][class]: class 1 asks for a place and nothing else
  it.each([
    ['exactly', [500, 100, 1, 2], true],
    ['a millicore short', [499, 100, 1, 2], false],
    ['a byte short', [500, 99, 1, 2], false],
    ['no place for a pod', [500, 100, 0, 2], false],
    ['a named resource short', [500, 100, 1, 1], false],
  ] as const)('%s', (_what, free, expected) => {
    expect(
      fits(
        request,
        0,
        free.map((amount) => [amount]),
        0,
      ),
    ).toBe(expected)
  })
  it('a resource that is not asked for never forbids, even overdrawn (Kubernetes: NodeResourcesFit)', () => {
    expect(fits(request, 1, [[-1], [-1], [1], [-1]], 0)).toBe(true)
    expect(fits(request, 1, [[-1], [-1], [0], [-1]], 0)).toBe(false)
  })
})

describe('pickDevices', () => {
  const row = (...free: number[]): number[] => [...free, ...new Array<number>(DEVICES - free.length).fill(0)]
  it.each([
    ['no device wanted', row(1000), 0, 0, 0],
    ['whole ones from the lowest index', row(1000, 500, 1000, 1000), 2, 1000, 0b101],
    ['a used device is not whole', row(999, 1000), 1, 1000, 0b10],
    ['too few whole ones', row(1000, 999), 2, 1000, NONE],
    ['all eight', row(...new Array<number>(8).fill(1000)), 8, 1000, 0xff],
    ['a share: the fitting device with the least room', row(1000, 400, 300, 250), 1, 300, 0b100],
    ['a share: the lowest index on ties', row(1000, 600, 600), 1, 500, 0b10],
    ['a share that fits nowhere', row(200, 100), 1, 300, NONE],
    ['a share opens an empty device when no other fits', row(200, 1000), 1, 300, 0b10],
  ])('%s', (_what, free, gpus, milli, expected) => {
    expect(pickDevices(free, 0, DEVICES, gpus, milli)).toBe(expected)
  })
  it('reads the devices of its own row', () => {
    expect(pickDevices([...row(1000), ...row(0, 1000)], 1, DEVICES, 1, 1000)).toBe(0b10)
  })
  it('what it picks fits, and NONE means that no mask of all 256 does', () => {
    const device = fc.constantFrom(0, 100, 250, 500, 999, 1000)
    const wanted = fc.oneof(
      fc.tuple(fc.constant(1), fc.constantFrom(1, 100, 300, 1000)),
      fc.tuple(fc.integer({ min: 1, max: 8 }), fc.constant(1000)),
    )
    fc.assert(
      fc.property(fc.array(device, { minLength: DEVICES, maxLength: DEVICES }), wanted, (free, [gpus, milli]) => {
        const fitting = Array.from({ length: 256 }, (_, mask) => mask).filter((mask) => devicesFit(free, 0, gpus, milli, mask))
        const picked = pickDevices(free, 0, DEVICES, gpus, milli)
        if (picked === NONE) expect(fitting).toEqual([])
        else expect(fitting).toContain(picked)
      }),
      { seed: 1 },
    )
  })
})

describe('feasible', () => {
  it('needs a Ready node: Cordoned, Provisioning and Gone take no pods', () => {
    const { cluster } = clusterOf().node().node({}, NodeState.Cordoned).node({}, NodeState.Provisioning).node().build()
    cluster.removeNode(3)
    const podClass = cluster.internClass(shape())
    expect([0, 1, 2, 3].map((node) => cluster.view.feasible(podClass, node))).toEqual([true, false, false, false])
  })
  it('sees room, devices and taints', () => {
    const { cluster } = clusterOf()
      .node({ cpu: 4000, gpus: 2 })
      .node({ taints: [taint()] })
      .pod({ cpu: 3000, gpus: 1 }, onNode(0))
      .build()
    const asks = (partial: Parameters<typeof shape>[0], node: number): boolean =>
      cluster.view.feasible(cluster.internClass(shape(partial)), node)
    expect(asks({ cpu: 1000 }, 0)).toBe(true)
    expect(asks({ cpu: 1001 }, 0)).toBe(false)
    expect(asks({ gpus: 1 }, 0)).toBe(true)
    expect(asks({ gpus: 2 }, 0)).toBe(false)
    expect(asks({}, 1)).toBe(false)
    expect(asks({ tolerations: [toleration()] }, 1)).toBe(true)
    expect(cluster.view.admissible(cluster.internClass(shape({ cpu: 99_000 })), 0)).toBe(true)
  })
  it('fitsEmpty asks of a node that does not exist what feasible asks of an empty one', () => {
    const nodes = [
      template({ cpu: '2', memory: '1Gi' }),
      template({ gpus: 2 }),
      template({ pods: 0 }),
      template({ taints: [taint()] }),
      template({ resources: { fpga: 1 } }),
    ]
    const pods = [
      shape(),
      shape({ cpu: '4' }),
      shape({ gpus: 3 }),
      shape({ gpus: 1, gpuMilli: 200 }),
      shape({ resources: { fpga: 1 } }),
      shape({ resources: { fpga: 2 } }),
    ]
    const cluster = new Cluster(['fpga'])
    for (const node of nodes) {
      const row = cluster.addNode(node, 0)
      for (const pod of pods)
        expect(cluster.fitsEmpty(cluster.internClass(pod), node)).toBe(cluster.view.feasible(cluster.internClass(pod), row))
    }
  })
})
