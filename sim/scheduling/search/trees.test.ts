/** Each index by itself, also in situations in which a placer would have chosen another search. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NONE } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { NodeChanges } from './changes.ts'
import { FirstRow } from './first-row.ts'
import { FitTrees, fitting, fittingAt } from './fit-trees.ts'
import { KeyTrees } from './key-trees.ts'
import { FreeCapacityTree } from './free-capacity-tree.ts'
import { GAVE_UP, HIGH_CPU, HIGH_MEMORY, LOW_CPU, LOW_MEMORY } from './key.ts'
import type { BoundedKey, NodeKey } from './key.ts'
import { FreeSpaceTree } from './free-space-tree.ts'
import { FirstScan, KeyScan } from './scan.ts'
import { context, emptyCluster, feasibleNodes, replay, steps, templates } from '../scheduling.fixture.ts'
import { absoluteParameters, absoluteWeights, NodeWeights, partsPerUnit } from './weights.ts'
import { Cosine } from '../members/cosine.ts'
import { DotProduct } from '../members/dot-product.ts'
import { NormDifference } from '../members/norm-difference.ts'
import { ScarcestLeft } from '../members/worst-fit.ts'
import { valuesOf } from '../../common/define.ts'
import { vectorParameters } from './vectors.ts'
import { slowCases } from '../../testing/cases.ts'

const histories = steps(400)
const weights = valuesOf(vectorParameters)
const counts = fc.integer({ min: 1, max: 100 })

function mixed(count: number) {
  const cluster = emptyCluster()
  for (let i = 0; i < count; i++) cluster.addNode(templates[(i * 5) % templates.length], 0)
  return cluster
}

describe('a tree per class', () => {
  test.each([1, -1])('the smallest key, sign %i: the same as the scan, once the tree is built', (sign) => {
    let trees = 0
    let scans = 0
    fc.assert(
      fc.property(histories, counts, (history, count) => {
        const weights = new NodeWeights({ cpu: (c) => sign * partsPerUnit(c), memory: (c) => sign * partsPerUnit(c) })
        const changes = new NodeChanges(weights)
        const tree = new KeyTrees(changes, weights)
        const scan = new KeyScan(weights)
        replay(mixed(count), history, (pod, view) => {
          changes.follow(view)
          const podClass = view.pods.podClass[pod]
          const expected = scan.best(podClass, view)
          const found = tree.best(podClass, view, 1e6) // the cost of the other search, so high that every tree is worth it
          if (found === undefined) scans++
          else {
            trees++
            expect(found).toBe(expected)
          }
          return expected
        })
      }),
      { numRuns: slowCases(30, 6) },
    )
    expect(trees).toBeGreaterThan(5 * scans)
  })

  test('the number of feasible nodes, and the row of each', () => {
    fc.assert(
      fc.property(histories, counts, fc.nat(), (history, count, k) => {
        const changes = new NodeChanges()
        const trees = new FitTrees(changes)
        replay(mixed(count), history, (pod, view) => {
          changes.follow(view)
          const feasible = feasibleNodes(pod, view)
          const tree = trees.of(view.pods.podClass[pod], view, 1e6)
          if (tree !== undefined) {
            expect(fitting(tree)).toBe(feasible.length)
            if (feasible.length > 0) expect(fittingAt(tree, k % feasible.length)).toBe(feasible[k % feasible.length])
          }
          return feasible.length === 0 ? NONE : feasible[k % feasible.length]
        })
      }),
      { numRuns: slowCases(30, 6) },
    )
  })

  test('a class that arrives rarely is left to the scan', () => {
    const weights = new NodeWeights({ cpu: partsPerUnit, memory: partsPerUnit })
    const changes = new NodeChanges(weights)
    const trees = new KeyTrees(changes, weights)
    const cluster = mixed(100)
    const pod = cluster.createPod({ ...plain }, NONE, 0)
    let answered = 0
    for (let search = 0; search < 50; search++) {
      for (let i = 0; i < 200; i++) cluster.release(boundOn(cluster, i % 2), 0)
      changes.follow(cluster.view)
      if (trees.best(cluster.view.pods.podClass[pod], cluster.view, 100) !== undefined) answered++
    }
    expect(answered).toBe(0) // 400 changes between two searches, and a scan costs as much as 25
  })
})

const plain = {
  cpu: 10,
  memory: 0,
  limit: 0,
  gpus: 0,
  gpuMilli: 0,
  gpuModels: [],
  usage: 0,
  resources: {},
  labels: {},
  nodeSelector: {},
  tolerations: [],
  priority: 0,
}

function boundOn(cluster: ReturnType<typeof mixed>, node: number): number {
  const pod = cluster.createPod(plain, NONE, 0)
  expect(cluster.bind(pod, node)).toBe(true)
  return pod
}

/** A shared tree answers as the scan does; with a limit the same, or GAVE_UP. */
function agreesWithScan<Key extends NodeKey>(
  keyOf: () => Key,
  treeOf: (changes: NodeChanges, key: Key) => Pick<FreeSpaceTree, 'best'>,
): void {
  let gaveUp = 0
  fc.assert(
    fc.property(histories, counts, fc.integer({ min: 1, max: 60 }), (history, count, limit) => {
      const key = keyOf()
      const changes = new NodeChanges(key)
      const tree = treeOf(changes, key)
      const scan = new KeyScan(key)
      replay(mixed(count), history, (pod, view) => {
        changes.follow(view)
        const podClass = view.pods.podClass[pod]
        const expected = scan.best(podClass, view)
        expect(tree.best(podClass, view, Infinity)).toBe(expected)
        const limited = tree.best(podClass, view, limit)
        if (limited === GAVE_UP) gaveUp++
        else expect(limited).toBe(expected)
        return expected
      })
    }),
    { numRuns: slowCases(30, 6) },
  )
  expect(gaveUp).toBeGreaterThan(0)
}

const mostFree = (): NodeWeights => new NodeWeights({ cpu: (c) => -partsPerUnit(c), memory: (c) => -partsPerUnit(c) })

describe('the tree of free capacity', () => {
  test('the same as the scan; with a limit the same, or GAVE_UP', () =>
    agreesWithScan(mostFree, (changes, key) => new FreeCapacityTree(changes, key)))

  test('equal nodes: one descent, the lowest row', () => {
    const cluster = emptyCluster()
    for (let i = 0; i < 1024; i++) cluster.addNode(templates[1], 0)
    const weights = mostFree()
    const changes = new NodeChanges(weights)
    const tree = new FreeCapacityTree(changes, weights)
    const pod = cluster.createPod(plain, NONE, 0)
    changes.follow(cluster.view)
    expect(tree.best(cluster.view.pods.podClass[pod], cluster.view, Infinity)).toBe(0)
    expect(tree.visits).toBe(1 + 2 * 10) // the root, and both children of each of 10 levels
  })
})

const BOUNDED: Readonly<Record<string, () => BoundedKey>> = {
  'best-fit': () => new NodeWeights(absoluteWeights(valuesOf(absoluteParameters), 1)),
  'least-allocated': mostFree,
  'dot-product': () => new DotProduct(weights),
  cosine: () => new Cosine(weights),
  'cosine of unequal weights': () => new Cosine({ cpuWeight: 3, memoryWeight: 0.25, gpuWeight: 2, namedWeight: 0 }),
  'cosine of one dimension': () => new Cosine({ ...weights, memoryWeight: 0 }),
  'norm-difference, l2': () => new NormDifference({ ...weights, norm: 'l2' }),
  'norm-difference, l1': () => new NormDifference({ ...weights, norm: 'l1' }),
  'norm-difference, max': () => new NormDifference({ ...weights, norm: 'max' }),
  'worst-fit, scarcest': () => new ScarcestLeft(weights),
}

describe.each(Object.entries(BOUNDED))('the tree of free space: %s', (_, create) => {
  test('the same as the scan; with a limit the same, or GAVE_UP', () =>
    agreesWithScan(create, (changes, key) => new FreeSpaceTree(changes, key)))

  test('no feasible node in a box has a smaller key than the bound of the box', () => {
    const key = create()
    const changes = new NodeChanges(key)
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    const out = new Float64Array(2)
    fc.assert(
      fc.property(histories, fc.array(share, { minLength: 4, maxLength: 4 }), (history, [a, b, c, d]) => {
        replay(mixed(40), history, (pod, view) => {
          changes.follow(view)
          const podClass = view.pods.podClass[pod]
          const { freeCpu, freeMemory, cpu, memory, count } = view.nodes
          for (let row = 0; row < count; row++) {
            if (!view.feasible(podClass, row)) continue
            // A box around the node, inside the capacity and above the request.
            const box = new Float64Array(4)
            box[LOW_CPU] = Math.floor(freeCpu[row] - a * (freeCpu[row] - view.classes.cpu[podClass]))
            box[HIGH_CPU] = Math.ceil(freeCpu[row] + b * (cpu[row] - freeCpu[row]))
            box[LOW_MEMORY] = Math.floor(freeMemory[row] - c * (freeMemory[row] - view.classes.memory[podClass]))
            box[HIGH_MEMORY] = Math.ceil(freeMemory[row] + d * (memory[row] - freeMemory[row]))
            key.aim(podClass, view, row)
            // A search compares other nodes of the same kind between two bounds.
            const alike = Int32Array.from({ length: count }, (_, other) => other).filter(
              (other) =>
                view.nodes.devices[other] === view.nodes.devices[row] &&
                view.nodes.capacity.every((column) => column[other] === column[row]),
            )
            key.write(podClass, view, alike, alike.length, new Float64Array(alike.length))
            key.bound(box, out, 0)
            key.write(podClass, view, Int32Array.of(row), 1, out.subarray(1))
            expect(out[0]).toBeLessThanOrEqual(out[1])
          }
          return feasibleNodes(pod, view)[0] ?? NONE
        })
      }),
      { numRuns: slowCases(20, 5) },
    )
  })
})

test('a search of the tree of free space visits a small part of 4,000 nodes, each pod being a class of its own', () => {
  const cluster = emptyCluster()
  for (let i = 0; i < 4000; i++) cluster.addNode(templates[1], 0)
  const random = context().random
  for (let i = 0; i < 8000; i++) {
    const pod = cluster.createPod({ ...plain, cpu: 1 + random.int(4000), memory: 1 + random.int(2 ** 34) }, NONE, 0)
    cluster.bind(pod, random.int(4000))
  }
  const key = new NormDifference({ ...weights, norm: 'l2' })
  const changes = new NodeChanges(key)
  const tree = new FreeSpaceTree(changes, key)
  const scan = new KeyScan(key)
  let visits = 0
  for (let i = 0; i < 200; i++) {
    const podClass = cluster.internClass({ ...plain, cpu: 1 + random.int(4000), memory: 1 + random.int(2 ** 34) })
    changes.follow(cluster.view)
    expect(tree.best(podClass, cluster.view, Infinity)).toBe(scan.best(podClass, cluster.view))
    if (i >= 100) visits += tree.visits // the first searches divide the tree
  }
  expect(visits / 100).toBeLessThan(100)
})

test('candidate bits: on 700 to 1,500 nodes of which the first hundreds are full, the same as the scan, with fewer feasibility checks', () => {
  let asked = 0
  let scanned = 0
  fc.assert(
    fc.property(steps(300), fc.integer({ min: 700, max: 1500 }), fc.integer({ min: 300, max: 700 }), (history, count, full) => {
      const cluster = mixed(count)
      const residents: number[] = []
      for (let node = 0; node < full; node++) {
        const whole = { ...plain, cpu: cluster.nodes.freeCpu[node], memory: cluster.nodes.freeMemory[node] }
        const pod = cluster.createPod({ ...whole, tolerations: [{ key: '', operator: 'Exists', value: '', effect: '' }] }, NONE, 0)
        if (cluster.bind(pod, node)) residents.push(pod)
      }
      const changes = new NodeChanges()
      const bits = new FirstRow(changes)
      const scan = new FirstScan()
      replay(cluster, history, (pod, view) => {
        if (history.length % 3 === 0 && residents.length > 250) cluster.release(residents.pop()!, 0) // free nodes, at ever lower rows
        changes.follow(view)
        const podClass = view.pods.podClass[pod]
        const expected = scan.best(podClass, view)
        scanned += expected === NONE ? view.nodes.count : expected + 1
        const counting = { ...members(view), feasible: (c: number, n: number) => (asked++, view.feasible(c, n)) }
        expect(bits.best(podClass, counting)).toBe(expected)
        return expected
      })
    }),
    { numRuns: slowCases(40, 8) },
  )
  expect(asked).toBeLessThan(scanned / 20)
})

/** A copy of the view whose members can be replaced. */
function members(view: ClusterView): ClusterView {
  return {
    nodes: view.nodes,
    pods: view.pods,
    classes: view.classes,
    log: view.log,
    feasible: (c, n) => view.feasible(c, n),
    admissible: (c, n) => view.admissible(c, n),
    excludedBy: (c, n) => view.excludedBy(c, n),
    pickDevices: (c, n) => view.pickDevices(c, n),
    shapeOf: (c) => view.shapeOf(c),
    templateOf: (n) => view.templateOf(n),
    eachPodOn: (n, visit) => view.eachPodOn(n, visit),
  }
}
