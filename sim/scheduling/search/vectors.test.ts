/** Decisions computed by hand for the vector heuristics; for each parameter a pair of values that decide differently. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusterOf, onNode } from '../../testing/cluster.ts'
import type { LooseShape, LooseTemplate } from '../../testing/cluster.ts'
import type { ParameterValue } from '../../common/define.ts'
import { chosen, context } from '../scheduling.fixture.ts'

/** Two nodes of 10 cores and 10Gi with these amounts of both free, and a pod with these requests. */
const free = (first: readonly [number, number], second: readonly [number, number], pod: readonly [number, number]) =>
  clusterOf()
    .nodes(2, { cpu: '10', memory: '10Gi' })
    .pod({ cpu: 10_000 - 1000 * first[0], memory: `${10 - first[1]}Gi` }, onNode(0))
    .pod({ cpu: 10_000 - 1000 * second[0], memory: `${10 - second[1]}Gi` }, onNode(1))
    .pod({ cpu: 1000 * pod[0], memory: `${pod[1]}Gi` })

interface Row {
  readonly why: string
  readonly name: string
  readonly build: () => ReturnType<typeof clusterOf>
  readonly given?: Record<string, ParameterValue>
  readonly node: number
}

const gpuOrNot = (pod: LooseShape, first: LooseTemplate, second: LooseTemplate) => () => clusterOf().node(first).node(second).pod(pod)

/** Free on node 0: all cpu and memory and half of the GPUs; on node 1: all GPUs and half of the rest. */
const gpuScarceOrFree = () =>
  clusterOf()
    .nodes(2, { cpu: '10', memory: '10Gi', gpus: 2 })
    .pod({ cpu: 0, memory: 0, gpus: 1 }, onNode(0))
    .pod({ cpu: '5', memory: '5Gi' }, onNode(1))
    .pod({ cpu: '2', memory: '2Gi', gpus: 1 })

/** The same with a named resource instead of GPUs. */
const licenseScarceOrFree = () =>
  clusterOf()
    .nodes(2, { cpu: '10', memory: '10Gi', resources: { 'example.com/license': 4 } })
    .pod({ cpu: 0, memory: 0, resources: { 'example.com/license': 3 } }, onNode(0))
    .pod({ cpu: '5', memory: '5Gi' }, onNode(1))
    .pod({ cpu: '2', memory: '2Gi', resources: { 'example.com/license': 1 } })

const rows: Row[] = [
  // Dot product.
  {
    why: 'requested (0.2, 0.1), free (0.4, 0.8): 0.08 + 0.08 = 0.16; free (0.7, 0.4): 0.14 + 0.04 = 0.18',
    name: 'dot-product',
    build: () => free([4, 8], [7, 4], [2, 1]),
    node: 1,
  },
  {
    why: 'memory with weight 3: 0.08 + 0.24 = 0.32 against 0.14 + 0.12 = 0.26',
    name: 'dot-product',
    build: () => free([4, 8], [7, 4], [2, 1]),
    given: { memoryWeight: 3 },
    node: 0,
  },
  {
    why: 'without memory: 0.08 against 0.14, although memory prefers the other node',
    name: 'dot-product',
    build: () => free([4, 9], [7, 4], [2, 2]),
    given: { memoryWeight: 0 },
    node: 1,
  },
  {
    why: 'with memory 0.08 + 0.18 = 0.26 against 0.14 + 0.08 = 0.22',
    name: 'dot-product',
    build: () => free([4, 9], [7, 4], [2, 2]),
    node: 0,
  },
  {
    why: 'cpu with weight 0.1: 0.014 + 0.04 against 0.008 + 0.08',
    name: 'dot-product',
    build: () => free([4, 8], [7, 4], [2, 1]),
    given: { cpuWeight: 0.1 },
    node: 0,
  },
  { why: 'GPUs: 0.2 + 0.2 + 0.5 * 0.5 = 0.65 against 0.1 + 0.1 + 0.5 * 1 = 0.7', name: 'dot-product', build: gpuScarceOrFree, node: 1 },
  { why: 'GPUs left out: 0.4 against 0.2', name: 'dot-product', build: gpuScarceOrFree, given: { gpuWeight: 0 }, node: 0 },
  {
    why: 'named: 0.2 + 0.2 + 0.25 * 0.25 = 0.4625 against 0.1 + 0.1 + 0.25 = 0.45',
    name: 'dot-product',
    build: licenseScarceOrFree,
    node: 0,
  },
  { why: 'named with weight 2: 0.525 against 0.7', name: 'dot-product', build: licenseScarceOrFree, given: { namedWeight: 2 }, node: 1 },
  {
    why: 'shares are of each node itself: 2 of 4 cores free times 1/4 is 0.125, 8 of 32 times 1/32 is 0.0078',
    name: 'dot-product',
    build: () =>
      clusterOf()
        .node({ cpu: '32' })
        .node({ cpu: '4' })
        .pod({ cpu: '24', memory: 0 }, onNode(0))
        .pod({ cpu: '2', memory: 0 }, onNode(1))
        .pod({ cpu: '1', memory: 0 }),
    node: 1,
  },

  // Cosine.
  {
    why: 'requested (0.2, 0.1), free (0.4, 0.2) has the same direction, cos 1; (1, 0.9): 0.29 / (sqrt 0.05 * sqrt 1.81) = 0.964',
    name: 'cosine',
    build: () => free([10, 9], [4, 2], [2, 1]),
    node: 1,
  },
  {
    why: 'the dot product prefers the emptier one: 0.29 against 0.10',
    name: 'dot-product',
    build: () => free([10, 9], [4, 2], [2, 1]),
    node: 0,
  },
  {
    why: 'requested (0.1, 0.1), free (0.8, 0.4): 0.12 / (0.1414 * 0.894) = 0.949; free (0.5, 0.9): 0.14 / (0.1414 * 1.03) = 0.961',
    name: 'cosine',
    build: () => free([8, 4], [5, 9], [1, 1]),
    node: 1,
  },
  {
    why: 'memory with weight 0.25: 0.09 / (0.1118 * sqrt 0.68) = 0.976 against 0.0725 / (0.1118 * sqrt 0.4525) = 0.964',
    name: 'cosine',
    build: () => free([8, 4], [5, 9], [1, 1]),
    given: { memoryWeight: 0.25 },
    node: 0,
  },
  { why: 'a pod without requests: 0 on every node, the lowest row', name: 'cosine', build: () => free([1, 9], [5, 5], [0, 0]), node: 0 },

  // Norm of the difference.
  { why: 'left (0.1, 0.6): 0.37; left (0.4, 0.4): 0.32', name: 'norm-difference', build: () => free([2, 7], [5, 5], [1, 1]), node: 1 },
  { why: 'l1: 0.7 against 0.8', name: 'norm-difference', build: () => free([2, 7], [5, 5], [1, 1]), given: { norm: 'l1' }, node: 0 },
  {
    why: 'max: 0.5 against 0.4',
    name: 'norm-difference',
    build: () => free([2, 6], [5, 5], [1, 1]),
    given: { norm: 'max' },
    node: 1,
  },
  {
    why: 'l2 on the same nodes: left (0.1, 0.5): 0.26; left (0.4, 0.4): 0.32',
    name: 'norm-difference',
    build: () => free([2, 6], [5, 5], [1, 1]),
    node: 0,
  },
  {
    why: 'cpu with weight 0: 0.36 against 0.16',
    name: 'norm-difference',
    build: () => free([2, 7], [5, 5], [1, 1]),
    given: { cpuWeight: 0 },
    node: 1,
  },
  {
    why: 'cpu with weight 5: 0.05 + 0.36 = 0.41 against 0.8 + 0.16 = 0.96',
    name: 'norm-difference',
    build: () => free([2, 7], [5, 5], [1, 1]),
    given: { cpuWeight: 5 },
    node: 0,
  },
  {
    why: 'idle GPUs count for a pod without GPUs: 0.81 + 0.81 + 1 against 0.81 + 0.81',
    name: 'norm-difference',
    build: gpuOrNot({ cpu: '1', memory: '1Gi' }, { cpu: '10', memory: '10Gi', gpus: 1 }, { cpu: '10', memory: '10Gi' }),
    node: 1,
  },
  {
    why: 'GPUs with weight 0: a tie',
    name: 'norm-difference',
    build: gpuOrNot({ cpu: '1', memory: '1Gi' }, { cpu: '10', memory: '10Gi', gpus: 1 }, { cpu: '10', memory: '10Gi' }),
    given: { gpuWeight: 0 },
    node: 0,
  },
  {
    why: 'idle named resources count, too',
    name: 'norm-difference',
    build: gpuOrNot(
      { cpu: '1', memory: '1Gi' },
      { cpu: '10', memory: '10Gi', resources: { 'example.com/license': 1 } },
      { cpu: '10', memory: '10Gi' },
    ),
    node: 1,
  },
  {
    why: 'named with weight 0: a tie',
    name: 'norm-difference',
    build: gpuOrNot(
      { cpu: '1', memory: '1Gi' },
      { cpu: '10', memory: '10Gi', resources: { 'example.com/license': 1 } },
      { cpu: '10', memory: '10Gi' },
    ),
    given: { namedWeight: 0 },
    node: 0,
  },

  // Worst fit.
  { why: 'room: left 8 cores, 1Gi = 33; left 3 cores, 5Gi = 17', name: 'worst-fit', build: () => free([9, 2], [4, 6], [1, 1]), node: 0 },
  {
    why: 'memoryPerCore 0.5Gi: 8 * 0.5 + 1 = 5 against 3 * 0.5 + 5 = 6.5',
    name: 'worst-fit',
    build: () => free([9, 2], [4, 6], [1, 1]),
    given: { memoryPerCore: 512 * 1048576 },
    node: 1,
  },
  {
    why: 'scarcest: min(0.8, 0.1) against min(0.3, 0.5)',
    name: 'worst-fit',
    build: () => free([9, 2], [4, 6], [1, 1]),
    given: { size: 'scarcest' },
    node: 1,
  },
  {
    why: 'scarcest of the requested resources: without memory 0.8 against 0.3',
    name: 'worst-fit',
    build: () => free([9, 2], [4, 6], [1, 0]),
    given: { size: 'scarcest' },
    node: 0,
  },
  {
    why: 'scarcest includes GPUs: min(0.8, 0.8, 0) against min(0.3, 0.3, 0.5)',
    name: 'worst-fit',
    build: gpuScarceOrFree,
    given: { size: 'scarcest' },
    node: 1,
  },
  {
    why: 'a tie: 4 cores and 1Gi, or 1 core and 13Gi, are both 17',
    name: 'worst-fit',
    build: () => clusterOf().node({ cpu: '5', memory: '2Gi' }).node({ cpu: '2', memory: '14Gi' }).pod({ cpu: '1', memory: '1Gi' }),
    node: 0,
  },

  // Balanced.
  { why: 'f (0.9, 0.4): sd 0.25, 75; f (0.6, 0.5): sd 0.05, 95', name: 'balanced', build: () => free([2, 7], [5, 6], [1, 1]), node: 1 },
  {
    why: 'change: with pod (1, 0) from (0.8, 0.9) 95 to (0.9, 0.9) 100: 77; from (0.5, 0.5) 100 to (0.6, 0.5) 95: 72',
    name: 'balanced',
    build: () => free([5, 5], [2, 1], [1, 0]),
    given: { compare: 'change' },
    node: 1,
  },
  {
    why: 'change: from (0.1, 0.9) 60 to (0.2, 0.9) 65 is 50 + trunc(55 / 2) = 77; from (0.4, 0.5) 95 to (0.5, 0.5) 100 is 77 too: a tie',
    name: 'balanced',
    build: () => free([9, 1], [6, 5], [1, 0]),
    given: { compare: 'change' },
    node: 0,
  },
  { why: 'level: 65 against 100', name: 'balanced', build: () => free([9, 1], [6, 5], [1, 0]), node: 1 },
  {
    why: 'truncated: f (0.055, 0) and (0.052, 0), sd 0.0275 and 0.026, are 97.25 and 97.4, both 97: the lower row',
    name: 'balanced',
    build: () => free([9.55, 10], [9.58, 10], [0.1, 0]),
    node: 0,
  },
  { why: 'a pod without requests: skipped, the lowest row', name: 'balanced', build: () => free([1, 9], [5, 5], [0, 0]), node: 0 },
  { why: 'cpu and memory only: f (0.2, 0.2) and (0.7, 0.7), both 100', name: 'balanced', build: gpuScarceOrFree, node: 0 },
  {
    why: 'all: f (0.2, 0.2, 1): mean 7/15, sd 0.377, 62; f (0.7, 0.7, 0.5): sd 0.094, 90',
    name: 'balanced',
    build: gpuScarceOrFree,
    given: { resources: 'all' },
    node: 1,
  },
  {
    why: 'all, named: f (0.2, 0.2, 1) 62 and (0.7, 0.7, 0.25): mean 0.55, sd 0.212, 78',
    name: 'balanced',
    build: licenseScarceOrFree,
    given: { resources: 'all' },
    node: 1,
  },
]

describe.each([...new Set(rows.map(({ name }) => name))])('%s', (name) => {
  test.each(rows.filter((row) => row.name === name).map((row) => ({ given: {}, ...row })))('$why $given', ({ build, given, node }) => {
    expect(chosen(name, build(), given)).toBe(node)
  })
})

test('a node and one of twice its size, each half full, tie exactly (any capacities up to 1,000 cores and 4,000 GiB)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 500 }),
      fc.integer({ min: 2, max: 2000 }),
      fc.constantFrom('cosine', 'balanced', 'norm-difference', 'dot-product'),
      (cores, gib, name) => {
        const small = { cpu: 1000 * cores, memory: `${gib}Gi` }
        const large = { cpu: 2000 * cores, memory: `${2 * gib}Gi` }
        // Twice the capacity, twice the allocation. The pod has no requests.
        const pod = { cpu: 0, memory: 0 }
        const half = { cpu: 500 * cores, memory: `${gib / 2}Gi` }
        const whole = { cpu: 1000 * cores, memory: `${gib}Gi` }
        expect(chosen(name, clusterOf().node(small).node(large).pod(half, onNode(0)).pod(whole, onNode(1)).pod(pod))).toBe(0)
        expect(chosen(name, clusterOf().node(large).node(small).pod(whole, onNode(0)).pod(half, onNode(1)).pod(pod))).toBe(0)
      },
    ),
    { numRuns: 200 },
  )
})

/** The scores as whole numbers over a common denominator, without rounding. */
const exactly = {
  'dot-product': (ask: bigint[], free: bigint[]) => ask[0] * free[0] + ask[1] * free[1],
  // The square, times a number that makes 1 / |free|^2 whole for every node here.
  cosine: (ask: bigint[], free: bigint[]) => {
    const product = ask[0] * free[0] + ask[1] * free[1]
    return (product * product * MULTIPLE) / (free[0] * free[0] + free[1] * free[1])
  },
  l1: (ask: bigint[], free: bigint[]) => -(free[0] - ask[0] + (free[1] - ask[1])),
  l2: (ask: bigint[], free: bigint[]) => -((free[0] - ask[0]) * (free[0] - ask[0]) + (free[1] - ask[1]) * (free[1] - ask[1])),
  max: (ask: bigint[], free: bigint[]) => -(free[0] - ask[0] > free[1] - ask[1] ? free[0] - ask[0] : free[1] - ask[1]),
}
const MULTIPLE = Array.from({ length: 10 }, (_, x) => Array.from({ length: 10 }, (_, y) => BigInt((x + 1) * (x + 1) + (y + 1) * (y + 1))))
  .flat()
  .reduce((a, b) => a * b)

test.each(Object.keys(exactly) as (keyof typeof exactly)[])(
  '%s decides as exact arithmetic does, the lowest row on ties, although tenths are not binary fractions',
  (rule) => {
    const tenths = fc.tuple(fc.integer({ min: 3, max: 10 }), fc.integer({ min: 3, max: 10 }))
    const asked = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
    fc.assert(
      fc.property(fc.array(tenths, { minLength: 2, maxLength: 6 }), asked, (nodes, ask) => {
        const builder = clusterOf().nodes(nodes.length, { cpu: '10', memory: '10Gi' })
        nodes.forEach(([cpu, gib], row) => builder.pod({ cpu: 10_000 - 1000 * cpu, memory: `${10 - gib}Gi` }, onNode(row)))
        const scores = nodes.map((free) => exactly[rule](ask.map(BigInt), free.map(BigInt)))
        const best = scores.reduce((a, b) => (b > a ? b : a))
        const name = rule === 'l1' || rule === 'l2' || rule === 'max' ? 'norm-difference' : rule
        expect(chosen(name, builder.pod({ cpu: 1000 * ask[0], memory: `${ask[1]}Gi` }), name === rule ? {} : { norm: rule })).toBe(
          scores.indexOf(best),
        )
      }),
      { numRuns: 1000 },
    )
  },
)

const weighed = ['dot-product', 'cosine', 'norm-difference'].flatMap((name) =>
  ['cpuWeight', 'memoryWeight', 'gpuWeight', 'namedWeight'].map((key) => ({ name, key })),
)

test.each(weighed)('$name depends on $key: with weight 0 and with weight 10 some decision differs', ({ name, key }) => {
  const draws = context(`${name} ${key}`).random
  const upTo = (most: number): number => draws.int(most + 1)
  const other: Record<string, boolean> = {}
  for (let i = 0; i < 200; i++) {
    const builder = clusterOf().nodes(2, { cpu: '10', memory: '10Gi', gpus: 4, resources: { 'example.com/license': 10 } })
    for (const row of [0, 1]) {
      builder.pod({ cpu: 1000 * upTo(7), memory: `${upTo(7)}Gi`, resources: { 'example.com/license': upTo(7) } }, onNode(row))
      for (let device = upTo(3); device > 0; device--) builder.pod({ cpu: 0, memory: 0, gpus: 1 }, onNode(row))
    }
    builder.pod({ cpu: 1000 * (1 + upTo(2)), memory: `${1 + upTo(2)}Gi`, gpus: 1, resources: { 'example.com/license': 1 + upTo(2) } })
    const usual = chosen(name, builder)
    for (const weight of [0, 10]) other[weight] ||= chosen(name, builder, { [key]: weight }) !== usual
  }
  expect(other).toEqual({ 0: true, 10: true })
})
