import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { clusterOf, onNode } from '../testing/cluster.ts'
import { Decisions } from '../cluster/decisions.ts'
import { NONE } from '../cluster/views.ts'
import { valuesOf } from '../common/define.ts'
import { adoptScheduler, byScore, SchedulingLoop } from './index.ts'
import type { Placer } from './policy.ts'
import { context } from './scheduling.fixture.ts'

function made(exported: unknown, given: Record<string, number> = {}): Placer {
  const adopted = adoptScheduler(exported)
  if ('problems' in adopted) throw new Error(adopted.problems.join('; '))
  return adopted.definition.create(valuesOf(adopted.definition.parameters, given), context()) as Placer
}

describe('a score', () => {
  test('the highest score of the feasible nodes, the lowest row on ties', () => {
    const { cluster, pods } = clusterOf().node({ cpu: 100 }).nodes(4).pod().build()
    const scores = [9, 1, 3, 3, 2]
    expect(made({ name: 'mine', score: (_pod: number, node: number) => scores[node] }).place(pods[0], cluster.view)).toBe(2)
  })

  test('minus infinity is a score like any other, and nothing feasible is NONE', () => {
    const { cluster, pods } = clusterOf().nodes(2).pod().pod({ cpu: 99_000 }).build()
    const placer = byScore(() => -Infinity)
    expect([placer.place(pods[0], cluster.view), placer.place(pods[1], cluster.view)]).toEqual([0, NONE])
    expect(placer.examined).toBe(2)
  })

  test.each([
    { found: 'NaN', values: [NaN, 1] },
    { found: 'NaN', values: [1, NaN] },
    { found: 'undefined', values: [1, undefined] },
    { found: 'string', values: ['9', 1] },
    { found: 'string', values: [1, '9'] },
    { found: 'string', values: [9, '1'] },
  ])('a score that is not a number: the error names the algorithm and the node: $values', ({ found, values }) => {
    const { cluster, pods } = clusterOf().nodes(2).pod().build()
    const at = values.findIndex((value) => typeof value !== 'number' || Number.isNaN(value))
    const placer = made({ name: 'mine', score: (_pod: number, node: number) => values[node] })
    expect(() => placer.place(pods[0], cluster.view)).toThrow(`mine: the score of node ${at} for pod 0 must be a number, found ${found}`)
  })

  test('a score can use methods and parameters of its object', () => {
    const { cluster, pods } = clusterOf().node().node({ cpu: '4' }).pod().build()
    const exported = {
      name: 'mine',
      parameters: { sign: 1 },
      cores: (cpu: number) => cpu / 1000,
      score(_pod: number, node: number, { nodes }: { nodes: { cpu: number[] } }, { sign }: { sign: number }): number {
        return sign * this.cores(nodes.cpu[node])
      },
    }
    expect(made(exported).place(pods[0], cluster.view)).toBe(0)
    expect(made(exported, { sign: -1 }).place(pods[0], cluster.view)).toBe(1)
  })
})

test("depends: 'anything' asks for every node and every pod; another value is refused", () => {
  const asked: number[] = []
  const score = (_pod: number, node: number): number => asked.push(node)
  const { cluster, pods } = clusterOf().nodes(2).pod().pod().build()
  const placer = made({ name: 'mine', depends: 'anything', score })
  for (const pod of pods) placer.place(pod, cluster.view)
  expect(asked).toEqual([0, 1, 0, 1])
  expect(adoptScheduler({ name: 'mine', depends: 'node', score })).toEqual({
    problems: ['depends must be \'anything\' or left out, found "node"'],
  })
})

describe('a placer', () => {
  test('a placer with its own loop; without `examined` it declares all Ready nodes', () => {
    const { cluster, pods } = clusterOf().nodes(3).pod().build()
    const placer = made({ name: 'last', create: () => ({ place: (_pod: number, view: typeof cluster.view) => view.nodes.count - 1 }) })
    expect(placer.place(pods[0], cluster.view)).toBe(2)
    expect(placer.examined).toBe(3)
    const modest = made({ name: 'modest', create: () => ({ place: () => 0, examined: 1 }) })
    modest.place(pods[0], cluster.view)
    expect(modest.examined).toBe(1)
  })

  test.each([undefined, null, 7, {}])('create that returns %j', (value) => {
    expect(() => made({ name: 'mine', create: () => value })).toThrow('mine: create must return an object with place(pod, view)')
  })

  test.each([undefined, NaN, 0.5, '0'])('place that returns %j', (value) => {
    const { cluster, pods } = clusterOf().node().pod().build()
    expect(() => made({ name: 'mine', create: () => ({ place: () => value }) }).place(pods[0], cluster.view)).toThrow(
      "mine: place must return a node's row, or -1 for none",
    )
  })

  test('a full node is refused at the decision, not tried repeatedly', () => {
    const { cluster, pods } = clusterOf().node({ cpu: '1' }).pod({}, onNode(0)).pod().build()
    const loop = new SchedulingLoop(cluster.view, made({ name: 'mine', create: () => ({ place: () => 0 }) }), undefined, 'mine')
    loop.enqueue(pods[1])
    expect(() => loop.step(cluster.view, new Decisions())).toThrow(
      'mine placed pod 1 on node 0, on which it does not fit (cpu 1000 requested, 0 free)',
    )
  })
})

test('an export with neither score nor create', () => {
  expect(adoptScheduler({ name: 'mine', rank: () => 0 })).toEqual({
    problems: ['a scheduler needs a function score or create, found name, rank'],
  })
})

test('the example in the README: free afterwards 3/4 + 7/8 = 1.625, or 7/16 + 31/64 = 0.92: the second; and its parameter changes the decision', async () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
  const source = /```ts\n(\/\*\* Snug[^]*?)```/.exec(readme)![1]
  expect(source.trim().split('\n').length).toBeLessThanOrEqual(20)
  const code = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } }).outputText
  const { default: exported } = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as {
    default: unknown
  }
  const build = () =>
    clusterOf()
      .node({ cpu: '4', memory: '8Gi' })
      .node({ cpu: '16', memory: '64Gi' })
      .pod({ cpu: '8', memory: '32Gi' }, onNode(1))
      .pod()
      .build()
  const { cluster, pods } = build()
  expect(made(exported).place(pods[1], cluster.view)).toBe(1)
  // left 1/4 + 4/8 = 0.75, or 2/4 + 1/8 = 0.625: the second; memory three times 1.75 or 0.875; memory a tenth 0.3 or 0.5125: the first
  const other = clusterOf()
    .nodes(2, { cpu: '4', memory: '8Gi' })
    .pod({ cpu: '2', memory: '3Gi' }, onNode(0))
    .pod({ cpu: '1', memory: '6Gi' }, onNode(1))
    .pod()
    .build()
  expect(made(exported).place(other.pods[2], other.cluster.view)).toBe(1)
  expect(made(exported, { memoryWeight: 0.1 }).place(other.pods[2], other.cluster.view)).toBe(0)
})

test('a placer may name the devices; those that do not fit are refused at the decision', () => {
  const build = () =>
    clusterOf().node({ gpus: 2, gpuModel: 'T4' }).pod({ gpus: 1, gpuMilli: 700 }, onNode(0)).pod({ gpus: 1, gpuMilli: 500 }).build()
  const decided = (devices: unknown): Decisions => {
    const { cluster, pods } = build()
    const placer = made({ name: 'mine', create: () => ({ place: () => 0, devices }) })
    const loop = new SchedulingLoop(cluster.view, placer, undefined, 'mine')
    loop.enqueue(pods[1])
    const out = new Decisions()
    loop.step(cluster.view, out)
    return out
  }
  expect(decided(2).deviceMask[0]).toBe(2)
  expect(decided(undefined).deviceMask[0]).toBe(NONE)
  expect(() => decided(1)).toThrow(
    'mine placed pod 1 on the devices 1 of node 0, of which 300, 1000 milli-GPU are free; accepted: a bit for each of 1 devices with 500 free, or -1',
  )
  expect(() => decided(3)).toThrow('on the devices 3 of node 0')
})
