import { describe, expect, test } from 'vitest'
import { streams } from '../streams.fixture.ts'
import { dagOf, dagProblem, drawDag, orderOf, startTimes, type Dag, type DagSpec } from './dag.ts'

const stream = () => streams(1)('dag')
const edgesOf = (dag: Dag): string[] => {
  const edges: string[] = []
  for (let node = 0; node < dag.nodes; node++)
    for (let i = dag.first[node]; i < dag.first[node + 1]; i++) edges.push(`${node}-${dag.children[i]}`)
  return edges
}
const critical = (dag: Dag, durations: number[]): number => startTimes(dag, durations, new Float64Array(dag.nodes))

test('critical path: the longest chain of durations, here 0-1-3 of 2 + 5 + 1 beside 0-2-3 of 2 + 3 + 1', () => {
  const dag = dagOf(4, 4, [
    [0, 1],
    [0, 2],
    [1, 3],
    [2, 3],
  ])
  const starts = new Float64Array(4)
  expect(startTimes(dag, [2, 5, 3, 1], starts)).toBe(8)
  expect([...starts]).toEqual([0, 2, 2, 7])
})

test('edges in any order; a circle and a node that is not there are refused', () => {
  const dag = dagOf(3, 3, [
    [2, 0],
    [1, 2],
  ])
  expect([...orderOf(dag)]).toEqual([1, 2, 0])
  expect(() =>
    dagOf(3, 3, [
      [0, 1],
      [1, 2],
      [2, 0],
    ]),
  ).toThrow('cycle')
  expect(() => dagOf(2, 2, [[0, 2]])).toThrow('edge 0 to 2; accepted: nodes 0 to 1')
})

describe('structures', () => {
  test('chain: n durations one after the other', () => {
    const dag = drawDag({ kind: 'chain' }, 4, stream()) as Dag
    expect(edgesOf(dag)).toEqual(['0-1', '1-2', '2-3'])
    expect(critical(dag, [1, 2, 3, 4])).toBe(10)
  })
  test('fork-join: one, the longest of the middle, one', () => {
    const dag = drawDag({ kind: 'fork-join' }, 5, stream()) as Dag
    expect(edgesOf(dag)).toEqual(['0-1', '0-2', '0-3', '1-4', '2-4', '3-4'])
    expect(critical(dag, [1, 5, 9, 7, 1])).toBe(11)
  })
  test('join: many sources, one sink', () => {
    expect(edgesOf(drawDag({ kind: 'join' }, 4, stream()) as Dag)).toEqual(['0-3', '1-3', '2-3'])
  })
  test('layers with a barrier wait for the whole layer before: the sum of the longest of each layer', () => {
    const dag = drawDag({ kind: 'layers', depth: 3, parents: null }, 7, stream()) as Dag // layers of 3, 2, 2
    expect(dag.nodes).toBe(7 + 2) // a barrier between each two
    expect(dag.children.length).toBe(3 + 2 + 2 + 2)
    expect(critical(dag, [1, 9, 2, 5, 4, 3, 8])).toBe(9 + 5 + 8)
  })
  test('layers with drawn parents: so many different ones of the layer before', () => {
    const dag = drawDag({ kind: 'layers', depth: 2, parents: 2 }, 9, stream()) as Dag // 5 and 4
    expect([...dag.waitsFor]).toEqual([0, 0, 0, 0, 0, 2, 2, 2, 2])
    expect(new Set(edgesOf(dag)).size).toBe(8)
    const more = drawDag({ kind: 'layers', depth: 2, parents: 99 }, 9, stream()) as Dag
    expect([...more.waitsFor]).toEqual([0, 0, 0, 0, 0, 5, 5, 5, 5])
  })
  test('a job of one task waits for nothing, whatever the structure; two tasks are a chain wherever one waits', () => {
    const specs: DagSpec[] = [
      { kind: 'chain' },
      { kind: 'fork-join' },
      { kind: 'join' },
      { kind: 'layers', depth: 4, parents: null },
      { kind: 'layers', depth: 4, parents: 2 },
    ]
    for (const spec of specs) {
      expect(drawDag(spec, 1, stream())).toBeNull()
      expect(edgesOf(drawDag(spec, 2, stream()) as Dag)).toEqual(['0-1'])
    }
    expect(drawDag({ kind: 'independent' }, 5, stream())).toBeNull()
  })
  test('a mixture meets each part by its weight: 3 to 1 within 2.6 standard errors', () => {
    const random = stream()
    const spec: DagSpec = {
      kind: 'mixed',
      parts: [
        { weight: 3, dag: { kind: 'independent' } },
        { weight: 1, dag: { kind: 'chain' } },
        { weight: 0, dag: { kind: 'join' } },
      ],
    }
    let chains = 0
    for (let i = 0; i < 4000; i++) if (drawDag(spec, 3, random) !== null) chains++
    expect(Math.abs(chains - 1000)).toBeLessThan(2.6 * Math.sqrt(4000 * 0.25 * 0.75))
  })
})

test('problems are sentences', () => {
  expect(dagProblem({ kind: 'layers', depth: 0, parents: null })).toBe('dag.layers: 0; accepted: a whole number from 1')
  expect(dagProblem({ kind: 'layers', depth: 2, parents: 0.5 })).toBe('dag.parents: 0.5; accepted: a whole number from 1')
  expect(dagProblem({ kind: 'mixed', parts: [{ weight: 0, dag: { kind: 'chain' } }] })).toContain('no weight above 0')
  expect(dagProblem({ kind: 'mixed', parts: [{ weight: 1, dag: { kind: 'layers', depth: 1.5, parents: null } }] })).toContain('dag.layers')
  expect(dagProblem({ kind: 'fork-join' })).toBe('')
})
